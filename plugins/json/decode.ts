import { charset, parseExactJson, problem, type DecodedBatch, type Decoding, type Fields, type Unreadable } from '#sdk';

const batchRecords = 500;

/** Throws JSON_TOO_LARGE, JSON_BROKEN and JSON_NO_LIST; an item that is no map is an unreadable row. */
export function decode(bytes: AsyncIterable<Uint8Array>, path: readonly string[], limitBytes: number): Decoding {
  async function* batches(): AsyncGenerator<DecodedBatch> {
    const items = listOf(parsed(await whole(bytes, limitBytes)), path);
    for (let start = 0; start < items.length; start += batchRecords)
      yield batchOf(items.slice(start, start + batchRecords), start);
  }
  const options = path.length > 0 ? { records: path.join('.') } : {};
  return { batches: batches(), end: () => ({ dialect: { format: 'json', options } }) };
}

async function whole(bytes: AsyncIterable<Uint8Array>, limitBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of bytes) {
    sizeBytes += chunk.length;
    if (sizeBytes > limitBytes)
      throw problem('JSON_TOO_LARGE', `The document has more than ${limitBytes} bytes, and it is read whole.`, {
        fix: 'Raise `limit`, or ask for ndjson, which has none.',
      });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parsed(bytes: Uint8Array): unknown {
  const text = charset('utf-8')
    .decode(bytes)
    ?.replace(/^\uFEFF/, '');
  if (text === undefined) throw broken('it is not UTF-8');
  if (text.trim() === '') return [];
  try {
    return parseExactJson(text);
  } catch (error) {
    // V8 quotes the text around the fault, which may be somebody's name.
    const position = /at position (\d+)/.exec((error as Error).message)?.[1];
    throw broken(position === undefined ? 'it ends too early' : placeOf(text, Number(position)));
  }
}

function placeOf(text: string, position: number): string {
  const before = text.slice(0, position).split('\n');
  return `reading stopped in line ${before.length}, column ${before.at(-1)!.length + 1}`;
}

const broken = (why: string) =>
  problem('JSON_BROKEN', `The document is not JSON: ${why}.`, { fix: 'Ask for the file once more.' });

function listOf(document: unknown, path: readonly string[]): unknown[] {
  let found = document;
  for (const name of path) found = isMap(found) && Object.hasOwn(found, name) ? found[name] : undefined;
  if (Array.isArray(found)) return found;
  const place = path.length > 0 ? `at ${path.join('.')}` : 'at its top';
  throw problem('JSON_NO_LIST', `The document has no list of records ${place}.`, {
    fix: 'Say in `records` where it is, such as `records: data.items`.',
  });
}

const isMap = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

function batchOf(items: readonly unknown[], start: number): DecodedBatch {
  const records: Fields[] = [];
  const lines: number[] = [];
  const unreadable: Unreadable[] = [];
  for (const [index, item] of items.entries()) {
    const line = start + index + 1;
    if (isMap(item)) {
      records.push(item);
      lines.push(line);
    } else
      unreadable.push({
        line,
        code: 'JSON_NOT_A_RECORD',
        message: 'The item is not a JSON object',
        raw: JSON.stringify(item) ?? '',
      });
  }
  return { records, lines: Uint32Array.from(lines), unreadable };
}
