export { amountsOf, progressLine } from './amounts.ts';
export { durationText, plainDress, summaryOf, type Dress, type SummaryOptions } from './summary.ts';
