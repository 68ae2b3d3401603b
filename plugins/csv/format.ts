import { defineFormat, refuseTrailer, textWriting, withTrailer } from '#sdk';
import { decode } from './decode.ts';
import { encode, rowEnd } from './encode.ts';
import { dialectOf, options, type CsvDialect } from './options.ts';

/** Rows of cells between delimiters. */
export default defineFormat({
  name: 'csv',
  summary: 'Rows of cells between delimiters; every cell is text until `record.fields` says otherwise.',
  cells: 'text',
  options,
  check(written, use) {
    const { encoding, bom, trailer } = dialectOf(written);
    refuseTrailer(trailer, use);
    if (use === 'write') textWriting(encoding, bom);
  },
  open(written) {
    const dialect = dialectOf(written);
    const { trailer, encoding } = dialect;
    const end = rowEnd(dialect);
    return {
      name: 'csv',
      decode: (bytes) => decode(bytes, dialect),
      decodeTable: (bytes, headerWith) => decode(bytes, tableAlone(dialect, headerWith)),
      encode: (records, columns) =>
        withTrailer({ trailer, encoding, end }, records, (some) => encode(some, dialect, columns)),
    };
  },
});

/** A header of one row somewhere in the file, and rows to its end. */
function tableAlone({ trailer: _none, ...dialect }: CsvDialect, headerWith: readonly string[]): CsvDialect {
  return { ...dialect, skip: 0, header: 1, headerWith };
}
