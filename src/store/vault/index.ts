export { mask } from './mask.ts';
export { openVault } from './vault.ts';
export { makeWorkspaceKey } from './workspace-key.ts';
