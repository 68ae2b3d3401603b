import { defineFormat, field, type Fields } from '#sdk';
import { decode } from './decode.ts';

/** One JSON object a line. */
export default defineFormat({
  name: 'ndjson',
  summary: 'One JSON object a line (JSON Lines); files of any size.',
  options: field.object({}, { about: 'The format has no options.' }),
  open: () => ({ name: 'ndjson', decode, encode }),
});

async function* encode(batches: AsyncIterable<Fields[]>, columns?: readonly string[]): AsyncGenerator<Uint8Array> {
  for await (const batch of batches) {
    const lines = batch.map((record) => JSON.stringify(chosen(record, columns)));
    if (lines.length > 0) yield Buffer.from(`${lines.join('\n')}\n`);
  }
}

/** A replacer of JSON.stringify would choose on all levels. */
const chosen = (record: Fields, columns: readonly string[] | undefined): Fields =>
  columns ? Object.fromEntries(columns.map((name) => [name, record[name]])) : record;
