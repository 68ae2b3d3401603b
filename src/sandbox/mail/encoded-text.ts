import iconv from 'iconv-lite';

/** A parameter in percent-encoding: charset'language'text (RFC 2231). */
export function decodePercent(text: string): string {
  const [, charset = 'utf-8', coded = text] = /^([^']*)'[^']*'(.*)$/s.exec(text) ?? [];
  return decodeText(decodeEscapes(coded, /%([0-9A-F]{2})/gi), charset);
}

/** Encoded words (RFC 2047); white space between two of them is nothing. Bytes outside of ASCII are UTF-8 (RFC 6532). */
export function decodeWords(text: string): string {
  if (!text.includes('=?')) return Buffer.from(text, 'latin1').toString('utf8');
  return text.replace(/(\?=)\s+(?==\?)/g, '$1').replace(/((?:=\?[^?]+\?[bq]\?[^?]*\?=)+)/gi, (run) => decodeRun(run));
}

/** A letter may be cut in two by neighbouring words, so the bytes of those of one charset are joined first. */
function decodeRun(run: string): string {
  const joined: { charset: string; bytes: Buffer[] }[] = [];
  for (const [, charset = '', method = '', coded = ''] of run.matchAll(/=\?([^?*]+)[^?]*\?([bq])\?([^?]*)\?=/gi)) {
    const bytes = /^b$/i.test(method)
      ? Buffer.from(coded, 'base64')
      : decodeEscapes(coded.replaceAll('_', ' '), /=([0-9A-F]{2})/gi);
    const last = joined.at(-1);
    if (last?.charset === charset) last.bytes.push(bytes);
    else joined.push({ charset, bytes: [bytes] });
  }
  return joined.map(({ charset, bytes }) => decodeText(Buffer.concat(bytes), charset)).join('');
}

/** Bytes written as escapes, e.g. `=D0`, where the first group of the pattern is the hexadecimal number. */
export function decodeEscapes(text: string, pattern: RegExp): Buffer {
  return Buffer.from(
    text.replace(pattern, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  );
}

/** Text of a charset that mail names; UTF-8 where the charset is unknown. */
export function decodeText(bytes: Buffer, charset: string): string {
  return iconv.decode(bytes, iconv.encodingExists(charset) ? charset : 'utf-8');
}
