import { charsetNames, field, problem, type TypeOf } from '#sdk';

/** Options of the format, for reading and writing. */
export const options = field.object(
  {
    delimiter: field.text({
      about: 'Character between cells.',
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
    encoding: field.choice(charsetNames, {
      about: 'Encoding of the file. A byte order mark of UTF-8 is always understood.',
      default: 'utf-8',
      optional: true,
    }),
    bom: field.boolean({
      about: 'Write a byte order mark, by which Excel knows UTF-8. Reading needs no option for it.',
      default: false,
      optional: true,
    }),
    header: field.raw<boolean | string[], { about: string; default: true; examples: unknown[]; optional: true }>(
      { type: ['boolean', 'array'], items: { type: 'string', minLength: 1 }, minItems: 1 },
      {
        about:
          'The first row holds the names of the columns (`true`); there is no such row and these are the names (a list); there is none and the columns are called c1, c2 and so on (`false`).',
        default: true,
        examples: [['code', 'name']],
        optional: true,
      },
    ),
    lineEnding: field.choice(['crlf', 'lf'], {
      about: 'How lines end in written files. Reading understands both.',
      default: 'crlf',
      optional: true,
    }),
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
  encoding: 'utf-8' | 'windows-1251';
  bom: boolean;
  header: boolean | readonly string[];
  lineEnding: 'crlf' | 'lf';
}

/** Fills in defaults; throws CSV_OPTIONS where options contradict each other. */
export function dialectOf(written: CsvOptions): CsvDialect {
  const { delimiter = ',', quote = '"', encoding = 'utf-8', bom = false, header = true, lineEnding = 'crlf' } = written;
  if (bom && encoding !== 'utf-8')
    throw problem('CSV_OPTIONS', `A byte order mark does not exist in ${encoding}.`, { fix: 'Leave `bom` out.' });
  if (delimiter === quote || delimiter === written.escape)
    throw problem('CSV_OPTIONS', 'The delimiter is the quote or escape as well.', {
      fix: 'Choose different characters.',
    });
  return { delimiter, quote, escape: written.escape ?? (quote || '"'), encoding, bom, header, lineEnding };
}
