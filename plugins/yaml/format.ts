import { defineFormat, field } from '#sdk';
import { decode } from './decode.ts';
import { encode } from './encode.ts';
import { bothWays } from './faults.ts';

const defaultLimit = 2 * 1024 * 1024;

const options = field.object(
  {
    records: field.text({
      about:
        'Where the list of records is in each document, as names with dots between; by default a document is a list of records, or itself a record.',
      pattern: '^[^.]+(\\.[^.]+)*$',
      examples: ['data.items'],
      optional: true,
    }),
    documents: field.boolean({
      about: 'Write each record as a document of its own, after `---`. Reading needs no option for it.',
      default: false,
      optional: true,
    }),
    limit: field.size({
      about:
        'The most characters that are read at once, counted with what aliases repeat; more fails the run. One item at once is read where the document is a list whose items begin with `-` at the beginning of the line, else a whole document: some 100 MB of memory for each MB.',
      default: '2MB',
      optional: true,
    }),
  },
  { about: 'Where the records are in the document.' },
);

/** YAML documents with records. */
export default defineFormat({
  name: 'yaml',
  summary:
    'A list of records in YAML 1.2, or a stream of documents with `---` between, read one by one. What JSON would call a number or a truth value is one, everything else is text: 0007, +7 and 2026-11-24 stay as they are.',
  options,
  open(written) {
    const { records, documents = false, limit = defaultLimit } = written;
    const path = records?.split('.') ?? [];
    if (documents && path.length > 0) throw bothWays();
    return {
      name: 'yaml',
      decode: (bytes) => decode(bytes, { written, path, limit }),
      encode: (batches, columns) => encode(batches, { path, documents }, columns),
    };
  },
});
