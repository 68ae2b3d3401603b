import { defineFormat, field, type Fields } from '#sdk';
import { decode } from './decode.ts';

/** One JSON object a line. */
export default defineFormat({
  name: 'ndjson',
  summary: 'One JSON object a line (JSON Lines); files of any size.',
  options: field.object({}, { about: 'The format has no options.' }),
  open: () => ({ name: 'ndjson', extension: 'ndjson', decode, encode }),
});

async function* encode(batches: AsyncIterable<Fields[]>, columns?: readonly string[]): AsyncGenerator<Uint8Array> {
  for await (const batch of batches) {
    const lines = batch.map((record) => JSON.stringify(record, columns && [...columns]));
    if (lines.length > 0) yield Buffer.from(`${lines.join('\n')}\n`);
  }
}
