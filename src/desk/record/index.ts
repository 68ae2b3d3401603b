export { placeOf, writeCase, type CasePlace } from './check-file.ts';
export { keptOf } from './kept.ts';
export { recordCase, type RecordTools, type Wanted } from './record-case.ts';
