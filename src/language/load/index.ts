export {
  loadWorkspace,
  loadTexts,
  documentKinds,
  type DocumentKind,
  type Loaded,
  type LoadedDocument,
} from './load-workspace.ts';
export { findWorkspace, workspaceFile } from './workspace-files.ts';
export { checkWorkspace } from './check-workspace.ts';
export { findingsAsGithub, findingsAsJson, findingsAsText, findingsFormats, type Finding } from './findings.ts';
export { hostsAsText, requestHosts, type RequestHost } from './hosts.ts';
export { loadTables } from './tables.ts';
export { resolveSecrets, secretRoots, type SecretPlaces } from './references.ts';
export { withItem, yamlText } from './write-yaml.ts';
