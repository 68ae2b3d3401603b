import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto';
import { problem } from '../../model/problem.ts';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

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

/** Seals under a key of 32 bytes: nonce (12), text, tag (16). `context` is bound to it and must be the same at opening. */
export function sealWith(key: Uint8Array, plain: Uint8Array, context: string): Uint8Array {
  const nonce = nextNonce();
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(context));
  const text = cipher.update(plain);
  cipher.final();
  return Buffer.concat([nonce, text, cipher.getAuthTag()]);
}

/** Opens what `sealWith` sealed. Throws SEAL_BROKEN. */
export function openWith(key: Uint8Array, sealed: Uint8Array, context: string): Uint8Array {
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
