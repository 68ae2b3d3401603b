import {
  charset,
  parseExactJson,
  textLines,
  type DecodedBatch,
  type Decoding,
  type Fields,
  type LineBlock,
  type Unreadable,
} from '#sdk';

/** Lines as records; a broken line is one unreadable row, and the last line without its end is a cut. */
export function decode(bytes: AsyncIterable<Uint8Array>): Decoding {
  let line = 0;
  let cut: string | undefined;

  async function* batches(): AsyncGenerator<DecodedBatch> {
    for await (const block of textLines(bytes, charset('utf-8'))) {
      const batch = batchOf(block, line);
      line += block.lines.length;
      if (block.endsOpen && batch.unreadable.at(-1)?.line === line) cut = 'the file ends in the middle of a line';
      if (batch.records.length + batch.unreadable.length > 0) yield batch;
    }
  }
  return {
    batches: batches(),
    end: () => ({ dialect: { format: 'ndjson', options: {} }, ...(cut === undefined ? {} : { cut }) }),
  };
}

function batchOf({ lines: texts, broken }: LineBlock, before: number): DecodedBatch {
  const records: Fields[] = [];
  const lines: number[] = [];
  const unreadable: Unreadable[] = [];
  for (const [index, text] of texts.entries()) {
    const line = before + index + 1;
    const json = line === 1 ? text.replace(/^\uFEFF/, '') : text;
    if (json.trim() === '') continue;
    const found = broken?.has(index) ? undefined : parsed(json);
    if (isMap(found)) {
      records.push(found);
      lines.push(line);
      continue;
    }
    const [code, message] =
      found === undefined
        ? ['NDJSON_LINE_BROKEN', 'The line is not JSON in UTF-8']
        : ['JSON_NOT_A_RECORD', 'The line is not a JSON object'];
    unreadable.push({ line, code, message, raw: text });
  }
  return { records, lines: Uint32Array.from(lines), unreadable };
}

/** Undefined where it is no JSON; null, which is no value, is told as false. */
function parsed(text: string): unknown {
  try {
    return parseExactJson(text) ?? false;
  } catch {
    return undefined;
  }
}

const isMap = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
