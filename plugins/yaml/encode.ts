import { stringify } from 'yaml';
import type { Fields } from '#sdk';

interface Wish {
  path: readonly string[];
  documents: boolean;
}

/** A list of maps below the path, or each record as a document. */
export async function* encode(
  batches: AsyncIterable<Fields[]>,
  { path, documents }: Wish,
  columns?: readonly string[],
): AsyncGenerator<Uint8Array> {
  const indent = '  '.repeat(path.length);
  const above = path.map((name, depth) => `${'  '.repeat(depth)}${textOf({ [name]: null }).replace(/ null\n$/, '')}`);
  let isAny = false;
  for await (const batch of batches) {
    if (batch.length === 0) continue;
    const records = batch.map((record) => chosen(record, columns));
    if (documents) yield Buffer.from(records.map((record) => `---\n${textOf(record)}`).join(''));
    else {
      const opening = isAny ? '' : above.map((line) => `${line}\n`).join('');
      yield Buffer.from(opening + indented(textOf(records), indent));
    }
    isAny = true;
  }
  if (isAny || documents) return;
  const last = above.pop();
  yield Buffer.from([...above, last === undefined ? '[]' : `${last} []`].map((line) => `${line}\n`).join(''));
}

const indented = (text: string, indent: string): string =>
  indent === '' ? text : text.replace(/(?<=^|\n)(?=[^\n])/g, indent);

/** Quoted where YAML 1.1, which many programs still read, would take a text for something else. */
const textOf = (value: unknown): string =>
  stringify(value, { lineWidth: 0, aliasDuplicateObjects: false, compat: 'yaml-1.1' });

const chosen = (record: Fields, columns: readonly string[] | undefined): Fields =>
  columns ? Object.fromEntries(columns.map((name) => [name, record[name]])) : record;
