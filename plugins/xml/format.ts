import { defineFormat } from '#sdk';
import { decode } from './decode.ts';
import { encode } from './encode.ts';
import { dialectOf, options } from './options.ts';

/** Elements of one path as records. */
export default defineFormat({
  name: 'xml',
  summary:
    'Elements of one path as records, read and written one by one: files of any size. An attribute is called `@id`, text beside attributes or children `#text`, a repeated child is a list; every value is text.',
  options,
  open(written) {
    const dialect = dialectOf(written);
    return {
      name: 'xml',
      decode: (bytes) => decode(bytes, dialect),
      encode: (batches, columns) => encode(batches, dialect, columns),
    };
  },
});
