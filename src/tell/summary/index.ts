export { amountsOf, progressLine } from './amounts.ts';
export { toldRun, whyOf, type ToldRun } from './stored-run.ts';
export { durationText, plainDress, summaryOf, type Dress, type SummaryOptions } from './summary.ts';
