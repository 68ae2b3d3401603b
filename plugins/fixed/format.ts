import {
  bomField,
  defineFormat,
  encodingField,
  field,
  refuseMark,
  refuseTrailer,
  textWriting,
  trailerField,
  withTrailer,
} from '#sdk';
import { decode } from './decode.ts';
import { encode } from './encode.ts';
import { layoutOf } from './layout.ts';

const options = field.object(
  {
    columns: field.map(
      field.raw<number | string, { about: string; examples: unknown[] }>(
        { type: ['integer', 'string'], minimum: 1, maximum: 10_000, pattern: '^\\d{1,5}-\\d{1,5}$' },
        {
          about:
            'Width in characters, begun where the column before ends; or the first and last character of the line, counted from 1.',
          examples: [6, '7-36'],
        },
      ),
      {
        about:
          'Columns in the order of the line: widths, or places from-to. What stands between places is passed over when read, and blank when written.',
        examples: [
          { code: 6, name: 30 },
          { code: '1-6', name: '10-39' },
        ],
      },
    ),
    encoding: encodingField,
    bom: bomField,
    skip: field.integer({
      about: 'Lines before the first record that are passed over when the file is read, such as a header.',
      minimum: 1,
      maximum: 1000,
      optional: true,
    }),
    filled: field.boolean({
      about:
        'Each line is filled up with blanks to its full width, so that a shorter one is half a record and is rejected. `false` where blanks at the end of lines are left out, in files read and written: then half a record can not be told from a whole one, and a file that ends without a line end is taken for cut.',
      default: true,
      optional: true,
    }),
    trailer: trailerField,
    lineEnding: field.choice(['crlf', 'lf'], {
      about: 'How lines end in written files. Reading understands both.',
      default: 'crlf',
      optional: true,
    }),
  },
  { about: 'Where the columns stand in a line.' },
);

/** One record a line, each column at its place. */
export default defineFormat({
  name: 'fixed',
  summary: 'One record a line, each column at its place in characters; blanks at the end of a cell fill it up.',
  cells: 'text',
  options,
  check({ columns, encoding = 'utf-8', bom, trailer }, use) {
    layoutOf(columns);
    refuseMark(encoding, bom);
    refuseTrailer(trailer, use);
    if (use === 'write') textWriting(encoding, bom);
  },
  open({ columns = {}, encoding = 'utf-8', bom, skip = 0, filled = true, lineEnding = 'crlf', trailer }) {
    const layout = layoutOf(columns);
    refuseMark(encoding, bom);
    return {
      name: 'fixed',
      decode: (bytes) => decode(bytes, { layout, written: columns, encoding, skip, filled, lineEnding, trailer }),
      encode: (records, wanted) =>
        withTrailer({ trailer, encoding, end: lineEnding === 'crlf' ? '\r\n' : '\n' }, records, (some) =>
          encode(some, { layout, encoding, bom, filled, lineEnding }, wanted),
        ),
    };
  },
});
