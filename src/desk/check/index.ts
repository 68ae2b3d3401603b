export { connectorChecks, pipelineChecks, type PipelineCheck } from './check-document.ts';
export { runCheck, type CaseResult, type CheckTools } from './run-check.ts';
export { runConnectorCheck, type ConnectorCheckTools } from './run-connector-check.ts';
