import type { Vault } from '../ports.ts';

/** Values sealed as JSON. `context` names table and snapshot or pipeline, so that a row can't be moved elsewhere. */
export interface Sealing {
  seal(value: unknown, context: string): Uint8Array;
  open<T>(sealed: Uint8Array, context: string): T;
}

export function sealing(vault: Vault): Sealing {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  return {
    seal: (value, context) => vault.seal(encoder.encode(JSON.stringify(value)), context),
    open: <T>(sealed: Uint8Array, context: string) => JSON.parse(decoder.decode(vault.open(sealed, context))) as T,
  };
}
