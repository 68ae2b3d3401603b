import { createHash } from 'node:crypto';
import type { Fields } from '#sdk';

interface Part {
  name: string;
  fileName?: string;
  type?: string;
  content: string;
}

/**
 * `multipart/form-data` (RFC 7578). A plain value is a field, a list several of that name; a map of `content` with `name`
 * and `type` is a file, any other map a part of JSON.
 */
export function encodeMultipart(parts: Fields): { contentType: string; body: Uint8Array } {
  const all = Object.entries(parts).flatMap(([name, value]) => [value].flat().flatMap((one) => partOf(name, one)));
  const boundary = boundaryFor(all);
  const text = all.map((part) => `--${boundary}\r\n${headersOf(part)}\r\n\r\n${part.content}\r\n`).join('');
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: Buffer.from(`${text}--${boundary}--\r\n`, 'utf8'),
  };
}

function partOf(name: string, value: unknown): Part[] {
  if (value === undefined) return [];
  if (value === null) return [{ name, content: '' }];
  if (typeof value !== 'object') return [{ name, content: String(value) }];
  const { content, name: fileName, type } = value as { content?: unknown; name?: unknown; type?: unknown };
  if (content === undefined || typeof content === 'object') {
    return [{ name, type: 'application/json', content: JSON.stringify(value) }];
  }
  return [
    {
      name,
      fileName: String(fileName ?? name),
      type: String(type ?? 'application/octet-stream'),
      content: String(content),
    },
  ];
}

/** The same parts have the same boundary, so that a repeated request is the identical one; no content can hold it. */
function boundaryFor(parts: readonly Part[]): string {
  const hash = createHash('sha256');
  for (const { name, content } of parts) hash.update(`${name.length}:${name}${content.length}:${content}`);
  return `portolan-${hash.digest('hex').slice(0, 40)}`;
}

function headersOf({ name, fileName, type }: Part): string {
  const file = fileName === undefined ? '' : `; filename="${quotable(fileName)}"`;
  const disposition = `Content-Disposition: form-data; name="${quotable(name)}"${file}`;
  return type === undefined ? disposition : `${disposition}\r\nContent-Type: ${type.replace(/[\r\n]/g, ' ')}`;
}

/** As the HTML standard escapes names: nothing can end the quotes or the line. */
const quotable = (name: string): string => name.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22');
