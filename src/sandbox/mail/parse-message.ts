import { decodeEscapes, decodePercent, decodeText, decodeWords } from './encoded-text.ts';

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

function decodeBody(body: string, encoding: string): Buffer {
  if (/^base64$/i.test(encoding)) return Buffer.from(body, 'base64');
  if (!/^quoted-printable$/i.test(encoding)) return Buffer.from(body, 'latin1');
  return decodeEscapes(body.replace(/[ \t]+(?=\r?\n)/g, '').replace(/=\r?\n/g, ''), /=([0-9A-F]{2})/gi);
}
