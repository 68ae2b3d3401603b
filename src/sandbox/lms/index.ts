export { startLms, type Lms, type LmsOptions } from './server.ts';
export type { Fault, FaultKind, FaultTarget, LmsFaults, SeenRequest } from './faults.ts';
export type { LedgerEvent, LedgerRequest, LmsLedger } from './ledger.ts';
export type { User, UserFields } from './user.ts';
export type { Attachment, Group, KpiValue, LmsState, Material, Programme, Statistic, Task } from './state.ts';
