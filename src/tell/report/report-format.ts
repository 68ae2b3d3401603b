import { isByteOrderMark, type OpenFormat } from '../../connect/sdk/index.ts';
import type { ReportTable } from './report-rows.ts';

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

/** A byte order mark, a piece of its own, stands at the beginning of a file and nowhere else. */
async function* withoutBom(bytes: AsyncIterable<Uint8Array>, isFirst: boolean): AsyncIterable<Uint8Array> {
  let isBeginning = !isFirst;
  for await (const chunk of bytes) {
    if (!isBeginning || !isByteOrderMark(chunk)) yield chunk;
    isBeginning = false;
  }
}
