import type { OpenFormat } from '../../connect/sdk/index.ts';
import type { ReportTable } from './report-rows.ts';

const bom = [0xef, 0xbb, 0xbf] as const;

/**
 * A format that writes several tables one under another into one file, a blank row between them, each with a header of
 * its own. Rows of the tables before the last are known; those of the last come as records.
 */
export function tablesFormat(
  format: OpenFormat,
  before: readonly ReportTable[],
  columns: readonly string[],
): OpenFormat {
  return {
    ...format,
    async *encode(records) {
      let isFirst = true;
      for (const table of before) {
        yield* withoutBom(format.encode(batch([...table.rows, {}]), table.columns), isFirst);
        isFirst = false;
      }
      yield* withoutBom(format.encode(records, columns), isFirst);
    },
  };
}

async function* batch<T>(rows: T[]): AsyncIterable<T[]> {
  yield rows;
}

/** A byte order mark stands at the beginning of a file and nowhere else. */
async function* withoutBom(bytes: AsyncIterable<Uint8Array>, isFirst: boolean): AsyncIterable<Uint8Array> {
  let isBeginning = !isFirst;
  for await (const chunk of bytes) {
    const hasBom = isBeginning && bom.every((byte, at) => chunk[at] === byte);
    yield hasBom ? chunk.subarray(bom.length) : chunk;
    isBeginning = false;
  }
}
