export { connectorChecks, pipelineChecks, type PipelineCheck } from './check-document.ts';
export { runCheck, type CaseResult, type CheckTools } from './run-check.ts';
export type { ConnectorTools } from './connector-case.ts';
export { runConnectorCheck } from './run-connector-check.ts';
