import { charset, charsetNames, type CharsetName } from './charsets.ts';

/** What stands for a sign in an encoding without it, the best first. */
const nearest: Readonly<Record<string, string>> = {
  ...{ '«': '"', '»': '"', '„': '"', '“': '"', '”': '"', '‘': "'", '’': "'" },
  ...{ '–': '-', '—': '-', '…': '...', '№': 'N', '\u00A0': ' ', '•': '*', '·': '*', '×': 'x' },
};

/**
 * The text with what the encoding does not have replaced: signs by their nearest, anything else by `?`. For texts that
 * are read by people and must be written at all; never for records. Other names than those of charsets change nothing.
 */
export function nearestText(text: string, encoding: unknown): string {
  const name = encoding === 'utf-16' ? 'utf-16le' : encoding;
  if (!isCharsetName(name)) return text;
  const { firstUnmappable } = charset(name);
  if (firstUnmappable(text) === undefined) return text;
  return [...text]
    .map((character) => (firstUnmappable(character) === undefined ? character : (nearest[character] ?? '?')))
    .join('');
}

const isCharsetName = (name: unknown): name is CharsetName =>
  name !== 'utf-16' && (charsetNames as readonly unknown[]).includes(name);
