import type { Scalar } from 'yaml';

/**
 * Where in the file a character of a scalar's value stands. Quotes, escapes, folded lines and the indentation of
 * blocks make the two differ; every character that is not a blank stands in both, in the same order.
 */
export function sourceOffset(text: string, scalar: Scalar, offset: number): number {
  const value = String(scalar.value);
  const [begin = 0, end = begin] = scalar.range ?? [];
  const read = reader(scalar.type);
  let at = contentBegin(text, scalar.type, begin);
  let blanks = 0;
  for (let index = 0; index < value.length;) {
    if (isEscape(scalar.type, text, at)) {
      const { length, written } = read(text, at);
      if (offset < index + written) return at;
      at += length;
      index += written;
      blanks = 0;
      continue;
    }
    if (isBlank(value[index])) {
      if (index === offset) return Math.min(at + blanks, end);
      blanks++;
      index++;
      continue;
    }
    while (at < end && isBlank(text[at])) at++;
    if (isEscape(scalar.type, text, at)) continue;
    blanks = 0;
    if (index === offset) return at;
    const { length, written } = read(text, at);
    at += length;
    index += written;
  }
  return Math.min(at + Math.max(0, offset - value.length), end);
}

const isBlank = (character: string | undefined): boolean => character !== undefined && ' \t\r\n'.includes(character);

function contentBegin(text: string, type: Scalar['type'], begin: number): number {
  if (type === 'QUOTE_DOUBLE' || type === 'QUOTE_SINGLE') return begin + 1;
  if (type !== 'BLOCK_LITERAL' && type !== 'BLOCK_FOLDED') return begin;
  const lineEnd = text.indexOf('\n', begin);
  return lineEnd < 0 ? text.length : lineEnd + 1;
}

const isEscape = (type: Scalar['type'], text: string, at: number): boolean =>
  type === 'QUOTE_DOUBLE' && text[at] === '\\';

type Read = (text: string, at: number) => { length: number; written: number };
const plain: Read = () => ({ length: 1, written: 1 });
const single: Read = (text, at) => ({ length: text[at] === "'" ? 2 : 1, written: 1 });
const hexDigits: Record<string, number> = { x: 2, u: 4, U: 8 };

const double: Read = (text, at) => {
  if (text[at] !== '\\') return { length: 1, written: 1 };
  const kind = text[at + 1] ?? '';
  if (kind === '\n' || kind === '\r') return { length: foldLength(text, at), written: 0 };
  const digits = hexDigits[kind] ?? 0;
  const beyond = digits === 8 && Number.parseInt(text.slice(at + 2, at + 10), 16) > 0xffff;
  return { length: 2 + digits, written: beyond ? 2 : 1 };
};

/** A backslash at the end of a line joins it with the next, whose indentation goes. */
function foldLength(text: string, at: number): number {
  return /^\\\r?\n[ \t]*/.exec(text.slice(at))?.[0].length ?? 1;
}

function reader(type: Scalar['type']): Read {
  if (type === 'QUOTE_SINGLE') return single;
  return type === 'QUOTE_DOUBLE' ? double : plain;
}
