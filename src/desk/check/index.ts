export { pipelineChecks, type PipelineCheck } from './check-document.ts';
export { runCheck, type CaseResult, type CheckTools } from './run-check.ts';
