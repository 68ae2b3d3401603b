import { createHmac } from 'node:crypto';
import type { Vault } from '../ports.ts';
import { keyedHashes } from './hashes.ts';
import { openWith, sealWith } from './seal.ts';
import { purposeKey, readWorkspaceKey } from './workspace-key.ts';

/**
 * All that is made from a workspace key. Sealed bytes are nonce (12), text, tag (16). Throws WORKSPACE_KEY_UNREADABLE for a text
 * that is no key; `open` throws SEAL_BROKEN.
 *
 * Random nonces of 96 bits under one key: after 2^32 seals the odds that two agree are still below 2^-32 (NIST SP
 * 800-38D, 8.3); a million records a night for ten years are 2^31.8.
 */
export function openVault(keyText: string): Vault {
  const workspaceKey = readWorkspaceKey(keyText);
  const sealKey = purposeKey(workspaceKey, 'seal', 32);
  const derived = new Map<string, Buffer>();
  const keyFor = (purpose: string): Buffer => {
    const known = derived.get(purpose);
    if (known) return known;
    const made = purposeKey(workspaceKey, `derive ${purpose}`, 32);
    derived.set(purpose, made);
    return made;
  };
  return {
    ...keyedHashes(workspaceKey),
    seal: (plain, context) => sealWith(sealKey, plain, context),
    open: (sealed, context) => openWith(sealKey, sealed, context),
    derive: (purpose, text) => createHmac('sha256', keyFor(purpose)).update(text).digest(),
  };
}
