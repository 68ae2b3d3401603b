import iconv from 'iconv-lite';

/** A file that came with a message. */
export interface MailAttachment {
  name: string;
  contentType: string;
  bytes: Buffer;
}

/** A message, decoded. Header names are in lower case; of a repeated header the first counts. */
export interface ParsedMessage {
  headers: Record<string, string>;
  text: string;
  html: string;
  attachments: MailAttachment[];
}

/** Parses a message (RFC 5322 and MIME): folded and encoded headers, parts in parts, base64, quoted-printable, charsets. */
export function parseMessage(raw: Buffer): ParsedMessage {
  const message: ParsedMessage = { headers: {}, text: '', html: '', attachments: [] };
  // Latin-1 keeps each byte as one character until its charset is known.
  const { headers, body } = splitPart(raw.toString('latin1'));
  message.headers = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, decodeWords(value)]));
  readPart(headers, body, message);
  return message;
}

type Headers = Record<string, string>;

function splitPart(part: string): { headers: Headers; body: string } {
  const end = /\r?\n\r?\n/.exec(part);
  const head = end ? part.slice(0, end.index) : part;
  const headers: Headers = {};
  for (const line of head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon).trim().toLowerCase()] ??= line.slice(colon + 1).trim();
  }
  return { headers, body: end ? part.slice(end.index + end[0].length) : '' };
}

function readPart(headers: Headers, body: string, message: ParsedMessage): void {
  const { value: contentType, parameters } = parseValue(headers['content-type'] ?? 'text/plain');
  const disposition = parseValue(headers['content-disposition'] ?? '');
  const boundary = parameters['boundary'];
  if (contentType.startsWith('multipart/') && boundary) {
    for (const part of partsOf(body, boundary)) {
      const inner = splitPart(part);
      readPart(inner.headers, inner.body, message);
    }
    return;
  }
  const bytes = decodeBody(body, headers['content-transfer-encoding'] ?? '7bit');
  const name = disposition.parameters['filename'] ?? parameters['name'];
  if (disposition.value === 'attachment' || name !== undefined) {
    message.attachments.push({ name: name ?? '', contentType, bytes });
    return;
  }
  const text = decodeText(bytes, parameters['charset'] ?? 'utf-8');
  if (contentType === 'text/html') message.html += text;
  else if (contentType.startsWith('text/')) message.text += text;
}

/** The parts between the boundary lines; what stands before the first and after the closing one is no part. */
function partsOf(body: string, boundary: string): string[] {
  const pieces = `\r\n${body}`.split(`\r\n--${boundary}`);
  const closing = pieces.findIndex((piece) => piece.startsWith('--'));
  return pieces.slice(1, closing < 0 ? undefined : closing).map((piece) => piece.replace(/^[ \t]*\r?\n/, ''));
}

/** A value with parameters, those split and percent-encoded by RFC 2231 put together. */
function parseValue(header: string): { value: string; parameters: Record<string, string> } {
  const [value = '', ...rest] = header.split(/;(?=(?:[^"]*"[^"]*")*[^"]*$)/);
  const parameters: Record<string, string> = {};
  const encoded = new Set<string>();
  for (const item of rest) {
    const [, name, star, text = ''] = /^\s*([^=*\s]+)((?:\*\d+)?\*?)\s*=\s*(.*?)\s*$/s.exec(item) ?? [];
    if (!name) continue;
    if (star?.endsWith('*')) encoded.add(name.toLowerCase());
    const key = name.toLowerCase();
    parameters[key] = (parameters[key] ?? '') + text.replace(/^"(.*)"$/s, '$1').replace(/\\(.)/g, '$1');
  }
  for (const [name, text] of Object.entries(parameters))
    parameters[name] = encoded.has(name) ? decodePercent(text) : decodeWords(text);
  return { value: value.trim().toLowerCase(), parameters };
}

function decodePercent(text: string): string {
  const [, charset = 'utf-8', coded = text] = /^([^']*)'[^']*'(.*)$/s.exec(text) ?? [];
  return decodeText(decodeEscapes(coded, /%([0-9A-F]{2})/gi), charset);
}

/** Encoded words (RFC 2047); white space between two of them is nothing. Bytes outside of ASCII are UTF-8 (RFC 6532). */
function decodeWords(text: string): string {
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

function decodeEscapes(text: string, pattern: RegExp): Buffer {
  return Buffer.from(
    text.replace(pattern, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  );
}

function decodeBody(body: string, encoding: string): Buffer {
  if (/^base64$/i.test(encoding)) return Buffer.from(body, 'base64');
  if (!/^quoted-printable$/i.test(encoding)) return Buffer.from(body, 'latin1');
  return decodeEscapes(body.replace(/[ \t]+(?=\r?\n)/g, '').replace(/=\r?\n/g, ''), /=([0-9A-F]{2})/gi);
}

function decodeText(bytes: Buffer, charset: string): string {
  return iconv.decode(bytes, iconv.encodingExists(charset) ? charset : 'utf-8');
}
