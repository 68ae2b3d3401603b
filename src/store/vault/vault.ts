import { createCipheriv, createDecipheriv, createHmac, randomFillSync } from 'node:crypto';
import { problem } from '../../model/problem.ts';
import type { Vault } from '../ports.ts';
import { keyedHashes } from './hashes.ts';
import { purposeKey, readWorkspaceKey } from './workspace-key.ts';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

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
    seal: (plain, context) => seal(sealKey, plain, context),
    open: (sealed, context) => open(sealKey, sealed, context),
    derive: (purpose, text) => createHmac('sha256', keyFor(purpose)).update(text).digest(),
  };
}

const nonces = Buffer.alloc(NONCE_BYTES * 512);
let noncesUsed = nonces.length;

/** Random bytes are drawn for 512 nonces at a time: one by one they cost as much as the sealing. */
function nextNonce(): Buffer {
  if (noncesUsed === nonces.length) {
    randomFillSync(nonces);
    noncesUsed = 0;
  }
  return nonces.subarray(noncesUsed, (noncesUsed += NONCE_BYTES));
}

function seal(key: Buffer, plain: Uint8Array, context: string): Uint8Array {
  const nonce = nextNonce();
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(context));
  const text = cipher.update(plain);
  cipher.final();
  return Buffer.concat([nonce, text, cipher.getAuthTag()]);
}

function open(key: Buffer, sealed: Uint8Array, context: string): Uint8Array {
  const tagAt = sealed.length - TAG_BYTES;
  try {
    const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(context));
    decipher.setAuthTag(sealed.subarray(tagAt));
    const plain = decipher.update(sealed.subarray(NONCE_BYTES, tagAt));
    decipher.final();
    return plain;
  } catch (cause) {
    throw problem(
      'SEAL_BROKEN',
      `What is sealed as “${context}” cannot be opened: it was changed, or sealed with another workspace key`,
      { fix: 'Restore the store and the key file from the same copy.', cause },
    );
  }
}
