export { openWorkspace, type OpenOptions, type RunOptions, type Workspace } from './workspace.ts';
export type { TriedConnection } from './connections.ts';
export { catalogueOf } from './catalogue.ts';
export { kindsOf } from './kinds.ts';
export { clockAt, systemClock } from './clock.ts';
export type { EventPipeline, EventPlace } from './inboxes.ts';
