import { field, headerWords, type TypeOf } from '#sdk';

/** Options of the format, for reading and writing. */
export const options = field.object(
  {
    sheet: field.raw<string | number, { about: string; examples: unknown[]; optional: true }>(
      { type: ['string', 'integer'], minLength: 1, maxLength: 31, minimum: 1, maximum: 10_000 },
      {
        about:
          'Sheet to read, by its name or by its number among those that are not hidden, from 1; without it the first of them. Of a file that is written, the name of its one sheet.',
        examples: ['Сотрудники', 2],
        optional: true,
      },
    ),
    ...headerWords({
      skip: 'Rows above the header that are passed over when the file is read, as the spreadsheet numbers them: a title, a period, who made the export.',
      header:
        'Of several rows the names are joined from above, and a cell that is merged over columns stands above each of them.',
    }),
    errors: field.choice(['reject', 'empty'], {
      about:
        'What an error in a cell means, such as #N/A of a failed VLOOKUP: the row is rejected, or the cell has no value. With `empty` a field that lost its value to an error is cleared at the target.',
      default: 'reject',
      optional: true,
    }),
  },
  { about: 'Which sheet, and how the rows stand in it.' },
);

/** Options with their defaults. */
export interface XlsxDialect {
  sheet?: string | number;
  /** The header is the first row with one of these names, in the last sheet. */
  headerWith?: readonly string[];
  /** Rows passed over before the header. */
  skip: number;
  /** Names, or how many rows hold them: 0 for none. */
  header: number | readonly string[];
  headerJoin: string;
  errors: 'reject' | 'empty';
}

/** Fills in defaults. */
export function dialectOf({
  sheet,
  skip = 0,
  header = true,
  headerJoin = ' / ',
  errors = 'reject',
}: TypeOf<typeof options>): XlsxDialect {
  const rows = typeof header === 'object' ? header : Number(header);
  return { ...(sheet === undefined ? {} : { sheet }), skip, header: rows, headerJoin, errors };
}
