import { defineFormat } from '#sdk';
import { decode } from './decode.ts';
import { encode, encodeSheets } from './encode.ts';
import { dialectOf, options } from './options.ts';

/** A sheet of a workbook of Excel and others. */
export default defineFormat({
  name: 'xlsx',
  summary:
    'A sheet of a workbook. Every cell is text until `record.fields` says otherwise: a day as 2026-11-24, a number as it was entered.',
  cells: 'text',
  options,
  open(written) {
    const dialect = dialectOf(written);
    return {
      name: 'xlsx',
      hasLooks: true,
      decode: (bytes) => decode(bytes, dialect),
      decodeTable: (bytes, headerWith) => decode(bytes, { ...dialect, skip: 0, header: 1, headerWith }),
      encode: (records, columns) => encode(records, dialect, columns),
      encodeTables: (tables) => encodeSheets(tables, dialect),
    };
  },
});
