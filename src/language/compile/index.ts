export type * from './pipeline.ts';
export { compileConnector, compilePipeline, workspaceReader } from './compile-pipeline.ts';
export { compileMarked, type MarkedFiles } from './compile-marked.ts';
export { compileRecordSchema, type RecordFault } from './record-schema.ts';
export { languageOf, timezoneOf, writtenConnections, type WrittenConnection } from './workspace-settings.ts';
export { markedLeaves } from './schema-walk.ts';
export { durationMs, ratePerSecond, shareOf, sizeBytes } from './units.ts';
