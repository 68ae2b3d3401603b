import { hkdfSync, randomBytes } from 'node:crypto';
import { problem } from '../../model/problem.ts';

const PREFIX = 'portolan-key-1:';
const KEY_BYTES = 32;
const FORM = new RegExp(`^${PREFIX}([A-Za-z0-9_-]{43})$`);

/** A new workspace key as text for a file: a prefix that names its kind, and 32 random bytes in base64url. */
export function makeWorkspaceKey(): string {
  return PREFIX + randomBytes(KEY_BYTES).toString('base64url');
}

/** The bytes of a workspace key. Surrounding blanks and line ends are taken off. Throws WORKSPACE_KEY_UNREADABLE. */
export function readWorkspaceKey(keyText: string): Uint8Array {
  const found = FORM.exec(keyText.trim());
  if (!found?.[1]) {
    throw problem(
      'WORKSPACE_KEY_UNREADABLE',
      `The workspace key is not a key: expected “${PREFIX}” and 43 letters, digits, “-” or “_”`,
      {
        fix: 'Restore the key file from a copy. A key that is lost cannot be made again; `portolan init` makes new ones.',
      },
    );
  }
  return Buffer.from(found[1], 'base64url');
}

/** HKDF-SHA-256 (RFC 5869) without salt: one key for one purpose, and none of them tells another. */
export function purposeKey(workspaceKey: Uint8Array, purpose: string, bytes: number): Buffer {
  return Buffer.from(hkdfSync('sha256', workspaceKey, new Uint8Array(0), `portolan ${purpose}`, bytes));
}
