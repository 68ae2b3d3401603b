import { encodeTables, type OpenFormat } from '../../connect/sdk/index.ts';
import type { ReportTable } from './report-rows.ts';

/**
 * A format that writes several tables into one file, each with a header of its own. Rows of the tables before the last
 * are known; those of the last come as records.
 */
export function tablesFormat(
  format: OpenFormat,
  before: readonly ReportTable[],
  columns: readonly string[],
): OpenFormat {
  return {
    ...format,
    encode: (records) =>
      encodeTables(format, [
        ...before.map((table) => ({ columns: table.columns, records: batch([...table.rows]) })),
        { columns, records },
      ]),
  };
}

async function* batch<T>(rows: T[]): AsyncIterable<T[]> {
  yield rows;
}
