import { defineFormat, textWriting } from '#sdk';
import { decode } from './decode.ts';
import { encode } from './encode.ts';
import { dialectOf, options } from './options.ts';

/** Rows of cells between delimiters. */
export default defineFormat({
  name: 'csv',
  summary: 'Rows of cells between delimiters; every cell is text until `record.fields` says otherwise.',
  cells: 'text',
  options,
  check(written, use) {
    const { encoding, bom } = dialectOf(written);
    if (use === 'write') textWriting(encoding, bom);
  },
  open(written) {
    const dialect = dialectOf(written);
    return {
      name: 'csv',
      decode: (bytes) => decode(bytes, dialect),
      encode: (records, columns) => encode(records, dialect, columns),
    };
  },
});
