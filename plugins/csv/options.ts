import {
  bomField,
  encodingField,
  field,
  headerWords,
  problem,
  refuseMark,
  trailerField,
  type Encoding,
  type TypeOf,
} from '#sdk';

/** Options of the format, for reading and writing. */
export const options = field.object(
  {
    delimiter: field.text({
      about:
        'Character between cells. A first line `sep=;`, as Excel knows it, wins when the file is read, and is no row.',
      pattern: '^[^"\'\\r\\n]$',
      default: ',',
      examples: [';', '\t'],
      optional: true,
    }),
    quote: field.choice(['"', "'", false], {
      about:
        'Character around cells that hold a delimiter, a quote or a line break; `false` where the file knows no quoting.',
      default: '"',
      optional: true,
    }),
    escape: field.choice(['"', "'", '\\'], {
      about: 'What stands before a quote inside a quoted cell; by default the quote itself, doubled.',
      optional: true,
    }),
    encoding: encodingField,
    bom: bomField,
    ...headerWords({
      skip: 'Rows above the header that are passed over when the file is read, blank ones counted: a title, a period, who made the export.',
      header:
        'Of several rows the names are joined from above; an empty cell above a name belongs to its left neighbour, as merged cells come out of a spreadsheet.',
    }),
    trailer: trailerField,
    lineEnding: field.choice(['crlf', 'lf'], {
      about: 'How lines end in written files, by default `crlf`. Reading understands both.',
      optional: true,
    }),
    recordEnd: field.raw<string, { about: string; examples: unknown[]; optional: true }>(
      { type: 'string', minLength: 1, maxLength: 8 },
      {
        about:
          'What ends a row where that is no line end, for reading and writing; line breaks are then characters like any other.',
        examples: ['|\n', '\u001e'],
        optional: true,
      },
    ),
  },
  { about: 'How the cells stand in the file.' },
);

export type CsvOptions = TypeOf<typeof options>;

/** Options with their defaults. */
export interface CsvDialect {
  delimiter: string;
  quote: string | false;
  /** Equal to the quote: a quote inside is doubled. */
  escape: string;
  encoding: Encoding;
  /** Undefined: as the encoding has it. */
  bom?: boolean;
  /** Rows passed over before the header. */
  skip: number;
  /** The header is the first row with one of these names, and what stands above is passed over. */
  headerWith?: readonly string[];
  /** Names, or how many rows hold them: 0 for none. */
  header: number | readonly string[];
  headerJoin: string;
  lineEnding: 'crlf' | 'lf';
  recordEnd?: string;
  /** The last line, which is no row. */
  trailer?: string;
}

/** Fills in defaults; throws CSV_OPTIONS and ENCODING_MARK where options contradict each other. */
export function dialectOf(written: CsvOptions): CsvDialect {
  const { delimiter = ',', quote = '"', encoding = 'utf-8', bom, recordEnd, trailer, headerJoin = ' / ' } = written;
  refuseMark(encoding, bom);
  if (delimiter === quote || delimiter === written.escape)
    throw problem('CSV_OPTIONS', 'The delimiter is the quote or escape as well.', {
      fix: 'Choose different characters.',
    });
  if (recordEnd !== undefined) refuseEnd(recordEnd, delimiter, written);
  return {
    delimiter,
    quote,
    escape: written.escape ?? (quote || '"'),
    encoding,
    ...(bom === undefined ? {} : { bom }),
    skip: written.skip ?? 0,
    header: typeof written.header === 'object' ? written.header : Number(written.header ?? true),
    headerJoin,
    lineEnding: written.lineEnding ?? 'crlf',
    ...(recordEnd === undefined ? {} : { recordEnd }),
    ...(trailer === undefined ? {} : { trailer }),
  };
}

function refuseEnd(recordEnd: string, delimiter: string, { quote = '"', lineEnding }: CsvOptions): void {
  if (lineEnding !== undefined)
    throw problem('CSV_OPTIONS', '`recordEnd` and `lineEnding` both say what ends a row.', {
      fix: 'Leave `lineEnding` out.',
    });
  if (recordEnd.includes(delimiter) || (quote !== false && recordEnd.includes(quote)))
    throw problem('CSV_OPTIONS', 'The end of a row holds the delimiter or the quote.', {
      fix: 'Choose different characters.',
    });
}
