import { defineFormat, field, type Fields } from '#sdk';
import { decode } from './decode.ts';

const options = field.object(
  {
    records: field.text({
      about: 'Where the list of records is, as names with dots between; by default the document itself is the list.',
      pattern: '^[^.]+(\\.[^.]+)*$',
      examples: ['data.items'],
      optional: true,
    }),
    limit: field.size({
      about: 'Larger documents are refused: they are read whole. Use ndjson for files without a limit.',
      default: '64MB',
      optional: true,
    }),
  },
  { about: 'Where the records are in the document.' },
);

/** A JSON document with a list of records. */
export default defineFormat({
  name: 'json',
  summary: 'A JSON document with a list of records; read whole, so there is a limit.',
  options,
  open({ records, limit = 64 * 1024 * 1024 }) {
    const path = records?.split('.') ?? [];
    return {
      name: 'json',
      decode: (bytes) => decode(bytes, path, limit),
      encode: (batches, columns) => encode(batches, path, columns),
    };
  },
});

async function* encode(
  batches: AsyncIterable<Fields[]>,
  path: readonly string[],
  columns?: readonly string[],
): AsyncGenerator<Uint8Array> {
  let text = `${path.map((name) => `{${JSON.stringify(name)}:`).join('')}[`;
  let isFirst = true;
  for await (const batch of batches) {
    for (const record of batch) {
      text += `${isFirst ? '' : ','}\n${JSON.stringify(chosen(record, columns))}`;
      isFirst = false;
    }
    yield Buffer.from(text);
    text = '';
  }
  yield Buffer.from(`${text}\n]${'}'.repeat(path.length)}\n`);
}

/** A replacer of JSON.stringify would choose on all levels. */
const chosen = (record: Fields, columns: readonly string[] | undefined): Fields =>
  columns ? Object.fromEntries(columns.map((name) => [name, record[name]])) : record;
