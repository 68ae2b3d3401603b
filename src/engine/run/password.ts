import type { Vault } from '../../store/ports.ts';

/** No letters and digits that look alike when a person types them from a mail. */
const CLASSES = ['abcdefghijkmnpqrstuvwxyz', 'ABCDEFGHJKLMNPQRSTUVWXYZ', '23456789'] as const;
const ALL = CLASSES.join('');

/**
 * S12: derived from the workspace key, the pipeline and the record's key, so that a resend and the mail after a kill
 * agree and nothing has to be stored. At least one small letter, capital and digit where there is room for them.
 */
export function derivedPassword(vault: Vault, pipeline: string, key: string, length: number): string {
  const bytes: number[] = [];
  for (let block = 0; bytes.length < length * 2; block++) {
    bytes.push(...vault.derive('password', JSON.stringify([pipeline, key, 'create', 0, block])));
  }
  const chars = Array.from({ length }, (_, index) => pick(ALL, bytes[index] as number));
  CLASSES.forEach((letters, index) => {
    if (index < length) chars[index] = pick(letters, bytes[length + index] as number);
  });
  return shuffled(chars, bytes.slice(length)).join('');
}

const pick = (letters: string, byte: number): string => letters[byte % letters.length] as string;

function shuffled(chars: string[], bytes: number[]): string[] {
  const mixed = chars.slice();
  for (let index = mixed.length - 1; index > 0; index--) {
    const other = (bytes[index] ?? 0) % (index + 1);
    [mixed[index], mixed[other]] = [mixed[other] as string, mixed[index] as string];
  }
  return mixed;
}
