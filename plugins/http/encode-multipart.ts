import { createHash } from 'node:crypto';
import type { AttachedFile, Fields, Scope } from '#sdk';
import { contentTypeOf, fileOf } from './attached.ts';
import type { Body } from './compose-body.ts';

interface Part {
  name: string;
  fileName?: string;
  type?: string;
  content: string | AttachedFile;
}

/**
 * `multipart/form-data` (RFC 7578). A plain value is a field, a list several of that name; a map of `content` with `name`
 * and `type` is a file, and so is the record's own; any other map is a part of JSON. With the record's file the body is a
 * stream of known length.
 */
export function encodeMultipart(parts: Fields, scope: Scope): Body {
  const all = Object.entries(parts).flatMap(([name, value]) =>
    [value].flat().flatMap((one) => partOf(name, one, scope)),
  );
  const boundary = boundaryFor(all);
  const contentType = `multipart/form-data; boundary=${boundary}`;
  const pieces = all.flatMap((part) => [`--${boundary}\r\n${headersOf(part)}\r\n\r\n`, part.content, '\r\n']);
  const body = [...pieces, `--${boundary}--\r\n`];
  if (body.every((piece) => typeof piece === 'string'))
    return { contentType, body: Buffer.from(body.join(''), 'utf8') };
  const sizes = body.map((piece) => (typeof piece === 'string' ? Buffer.byteLength(piece) : piece.facts.size));
  return { contentType, body: { sizeBytes: sizes.reduce((sum, size) => sum + size, 0), open: () => inOrder(body) } };
}

async function* inOrder(pieces: readonly (string | AttachedFile)[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    if (typeof piece === 'string') yield Buffer.from(piece, 'utf8');
    else yield* piece.read();
  }
}

function partOf(name: string, value: unknown, scope: Scope): Part[] {
  if (value === undefined) return [];
  if (value === null) return [{ name, content: '' }];
  if (typeof value !== 'object') return [{ name, content: String(value) }];
  const own = fileOf(value, scope);
  if (own) return [filePart(name, own, {})];
  const { content, name: fileName, type } = value as { content?: unknown; name?: unknown; type?: unknown };
  const file = fileOf(content, scope);
  if (file) return [filePart(name, file, { fileName, type })];
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

function filePart(name: string, file: AttachedFile, { fileName, type }: { fileName?: unknown; type?: unknown }): Part {
  const called = String(fileName ?? file.facts.name);
  return { name, fileName: called, type: String(type ?? contentTypeOf(called)), content: file };
}

/** The same parts have the same boundary, so that a repeated request is the identical one; no content can hold it. */
function boundaryFor(parts: readonly Part[]): string {
  const hash = createHash('sha256');
  for (const { name, content } of parts) {
    const text = typeof content === 'string' ? content : content.facts.hash;
    hash.update(`${name.length}:${name}${text.length}:${text}`);
  }
  return `portolan-${hash.digest('hex').slice(0, 40)}`;
}

function headersOf({ name, fileName, type }: Part): string {
  const file = fileName === undefined ? '' : `; filename="${quotable(fileName)}"`;
  const disposition = `Content-Disposition: form-data; name="${quotable(name)}"${file}`;
  return type === undefined ? disposition : `${disposition}\r\nContent-Type: ${type.replace(/[\r\n]/g, ' ')}`;
}

/** As the HTML standard escapes names: nothing can end the quotes or the line. */
const quotable = (name: string): string => name.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22');
