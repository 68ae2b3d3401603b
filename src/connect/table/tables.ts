import type { Fields } from '../../model/record.ts';
import { isByteOrderMark } from '../bytes/text-start.ts';
import type { OpenFormat } from '../sdk/declare.ts';

/** One of several tables in a file. */
export interface Table {
  columns: readonly string[];
  records: AsyncIterable<Fields[]>;
}

/**
 * Writes several tables into one file: as the format has it, or one under another, a blank row between them, each with a
 * header of its own.
 */
export const encodeTables = (format: OpenFormat, tables: readonly Table[]): AsyncIterable<Uint8Array> =>
  format.encodeTables ? format.encodeTables(tables) : oneUnderAnother(format, tables);

async function* oneUnderAnother(format: OpenFormat, tables: readonly Table[]): AsyncGenerator<Uint8Array> {
  for (const [index, { columns, records }] of tables.entries()) {
    const isLast = index === tables.length - 1;
    yield* withoutBom(format.encode(isLast ? records : andBlank(records), columns), index === 0);
  }
}

async function* andBlank(records: AsyncIterable<Fields[]>): AsyncGenerator<Fields[]> {
  yield* records;
  yield [{}];
}

/** A byte order mark, a piece of its own, stands at the beginning of a file and nowhere else. */
async function* withoutBom(bytes: AsyncIterable<Uint8Array>, isFirst: boolean): AsyncIterable<Uint8Array> {
  let isBeginning = !isFirst;
  for await (const chunk of bytes) {
    if (!isBeginning || !isByteOrderMark(chunk)) yield chunk;
    isBeginning = false;
  }
}
