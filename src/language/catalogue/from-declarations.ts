import { fileSink, fileSource } from '../../connect/files/index.ts';
import type { Declaration, SinkDeclaration, SourceDeclaration } from '../../connect/sdk/index.ts';
import type { Catalogue, KindEntry } from './catalogue.ts';
import { documentSchemas, formatSchema } from './compose.ts';
import { connectorSchema } from './documents/connector.ts';
import { steps } from './documents/steps.ts';

/** The catalogue of what plugins declare. Touches no code of theirs beyond the declarations. */
export function catalogue(declarations: readonly Declaration[]): Catalogue {
  const sources = declarations.flatMap((it) =>
    it.kind === 'source' ? [it] : it.kind === 'fileStore' ? [fileSource(it)] : [],
  );
  const sinks = declarations.flatMap((it) =>
    it.kind === 'sink' ? [it] : it.kind === 'fileStore' ? [fileSink(it)] : [],
  );
  const formats = declarations.filter((it) => it.kind === 'format');
  const kinds = {
    sources: byName(sources.map(sourceEntry)),
    sinks: byName(sinks.map(sinkEntry)),
    formats: byName(
      formats.map(({ name, summary, options, cells, attaches, check }) => ({
        name,
        summary,
        options: options.schema,
        ...(cells === undefined ? {} : { cells }),
        ...(attaches ? { attaches } : {}),
        ...(check === undefined ? {} : { check }),
      })),
    ),
    steps: { ...steps },
    calls: {},
    connections: byName(
      declarations.flatMap((it) =>
        'connection' in it && it.connection
          ? [{ name: it.name, summary: it.summary, options: it.connection.schema }]
          : [],
      ),
    ),
  };
  const connector = declarations.find((it) => it.kind === 'document' && it.name === 'connector');
  return { ...kinds, documents: documentSchemas(kinds, connectorSchema(connector, formatSchema(kinds.formats))) };
}

const connectionOf = (
  it: SourceDeclaration | SinkDeclaration,
): Pick<KindEntry, 'connection' | 'connectionIsOptional'> =>
  it.connection ? { connection: it.name, ...(it.connection.optional ? { connectionIsOptional: true } : {}) } : {};

const sourceEntry = (it: SourceDeclaration): KindEntry => ({
  name: it.name,
  summary: it.summary,
  options: it.options.schema,
  ...connectionOf(it),
  takesFormat: it.takesFormat,
  canBeComplete: it.canBeComplete,
});

const sinkEntry = (it: SinkDeclaration): KindEntry => ({
  name: it.name,
  summary: it.summary,
  options: it.options.schema,
  ...connectionOf(it),
  operations: [...it.operations],
  takesFormat: it.takesFormat,
});

/** Sorted, so that generated files never differ by the order of a list. */
export function byName(entries: readonly KindEntry[]): Record<string, KindEntry> {
  const sorted = [...entries].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return Object.fromEntries(sorted.map((entry) => [entry.name, entry]));
}
