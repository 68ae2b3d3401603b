import { type Fields } from '#sdk';
import { elementOf } from './element.ts';
import { bytesIn, type WrittenEncoding } from './written-encoding.ts';
import type { XmlDialect } from './options.ts';
import { refuseName } from './written-names.ts';
import { onlyRecord, star } from './write-faults.ts';

/** Records as elements below the elements of the path, one a line. Throws XML_NAME, XML_VALUE and XML_OPTIONS. */
export async function* encode(
  batches: AsyncIterable<Fields[]>,
  dialect: XmlDialect,
  columns?: readonly string[],
): AsyncGenerator<Uint8Array> {
  const { path, written } = dialect;
  if (path.includes('*')) throw star(written.records);
  if (path.length < 2) throw onlyRecord(written.records);
  const encoding = bytesIn(written.encoding ?? 'utf-8');
  const writing = { prefixes: new Set(dialect.prefixes.values()), encoding, known: new Set<string>() };
  for (const name of path) refuseName(name, 'records', writing);

  const above = path.slice(0, -1);
  const name = path.at(-1)!;
  const indent = '  '.repeat(above.length);
  yield encoding.bytes(encoding.mark + declaration(encoding) + openings(above, dialect));
  for await (const batch of batches) {
    let text = '';
    for (const record of batch) text += `${indent}${elementOf(name, chosen(record, columns), writing)}\n`;
    if (text !== '') yield encoding.bytes(text);
  }
  yield encoding.bytes(closings(above));
}

const declaration = ({ label }: WrittenEncoding): string => `<?xml version="1.0" encoding="${label}"?>\n`;

/** The root carries the declarations of the namespaces. */
function openings(names: readonly string[], { written: { namespaces = {} } }: XmlDialect): string {
  const declared = Object.entries(namespaces).map(
    ([prefix, uri]) =>
      ` xmlns${prefix === '' ? '' : `:${prefix}`}="${uri.replace(/[&<"]/g, (c) => `&#${c.charCodeAt(0)};`)}"`,
  );
  return names.map((name, depth) => `${'  '.repeat(depth)}<${name}${depth === 0 ? declared.join('') : ''}>\n`).join('');
}

const closings = (names: readonly string[]): string =>
  names
    .map((name, depth) => `${'  '.repeat(depth)}</${name}>\n`)
    .reverse()
    .join('');

const chosen = (record: Fields, columns: readonly string[] | undefined): Fields =>
  columns ? Object.fromEntries(columns.map((column) => [column, record[column]])) : record;
