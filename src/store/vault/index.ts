export { mask } from './mask.ts';
export { openWith, sealWith } from './seal.ts';
export { openVault } from './vault.ts';
export { makeWorkspaceKey } from './workspace-key.ts';
