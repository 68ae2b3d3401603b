import { kindsSchema, type PlacedKind, type Schema } from '../../connect/sdk/index.ts';
import { alsoTexts, referencePattern } from './also-texts.ts';
import type { Catalogue, KindEntry } from './catalogue.ts';
import { checkSchema } from './documents/check.ts';
import { pipelineSchema } from './documents/pipeline.ts';
import { words } from './documents/shared.ts';
import { againstAbout, lookupFromAbout, wordsOfSteps } from './documents/steps.ts';
import { workspaceSchema } from './documents/workspace.ts';

type Kinds = Omit<Catalogue, 'documents'>;
type Entries = Readonly<Record<string, KindEntry>>;

/** The schemas of all documents, made from the kinds that can be named in them. */
export function documentSchemas(kinds: Kinds, connector: Schema): Catalogue['documents'] {
  const format = formatSchema(kinds.formats);
  return {
    workspace: workspaceSchema(connectionSchema(kinds.connections)),
    pipeline: pipelineSchema({
      source: sourceSchema(kinds.sources),
      step: stepSchema(kinds),
      sink: sinkSchema(kinds.sinks),
      report: reportSchema(kinds.sinks),
      corrections: correctionsSchema(kinds.sources),
      format,
    }),
    connector,
    check: checkSchema(),
  };
}

/** Any format of the catalogue, with its options. */
export const formatSchema = (formats: Entries): Schema =>
  kindsSchema(
    placed(formats, () => []),
    {},
    'Format of the file, and its options.',
  );

const formatWord: Schema = {
  $ref: '#/$defs/format',
  description: 'Format of the file: its name, or a map of its name and its options.',
};

const reportFormatWord: Schema = {
  ...formatWord,
  description:
    'Format of the report. Options that are not written here are those in which the feed was received, where it is of the same format: a report on a file in windows-1251 with `;` is one itself under `csv`, and is in UTF-8 under `csv: { encoding: utf-8 }`.',
};

function placed(
  entries: Entries,
  beside: (entry: KindEntry) => readonly string[],
  required: (entry: KindEntry) => readonly string[] = (entry) => beside(entry).filter((word) => word === 'format'),
): Record<string, PlacedKind> {
  return Object.fromEntries(
    Object.entries(entries).map(([name, entry]) => [
      name,
      {
        options: { ...entry.options, description: entry.summary },
        beside: beside(entry),
        ...(required(entry).length > 0 ? { required: required(entry) } : {}),
      },
    ]),
  );
}

const connectionWord = ({ connection }: KindEntry): string[] => (connection === undefined ? [] : ['connection']);
const formatWordOf = ({ takesFormat }: KindEntry): string[] => (takesFormat ? ['format'] : []);

function sourceSchema(sources: Entries): Schema {
  const { connection, feed } = words;
  return kindsSchema(
    placed(sources, (entry) => [...connectionWord(entry), ...formatWordOf(entry), 'feed']),
    { connection, format: formatWord, feed },
    'Where records come from. Several sources are one feed: of a key a later one replaces what an earlier one says.',
  );
}

function sinkSchema(sinks: Entries): Schema {
  const { connection, only, when } = words;
  return kindsSchema(
    placed(sinks, (entry) => [...connectionWord(entry), ...formatWordOf(entry), 'only', 'when']),
    { connection, format: formatWord, only, when },
    'Where records go. With several sinks a record goes on to the next only if this one took it.',
  );
}

/** The import report is a file: any sink of files takes it. */
function reportSchema(sinks: Entries): Schema {
  const files = Object.fromEntries(Object.entries(sinks).filter(([, entry]) => entry.takesFormat));
  return kindsSchema(
    placed(files, (entry) => [...connectionWord(entry), 'format']),
    { connection: words.connection, format: reportFormatWord },
    'Where the import report goes: what was rejected and why, for the people whose data it is.',
  );
}

/** Import reports come back as files, in the form in which they were written. */
function correctionsSchema(sources: Entries): Schema {
  const files = Object.fromEntries(Object.entries(sources).filter(([, entry]) => entry.takesFormat));
  return kindsSchema(
    placed(files, connectionWord),
    { connection: words.connection },
    'Where import reports come back, corrected: each file once, as CSV or XLSX, before the source is read. Only its rows are delivered, and nobody becomes missing by them. Needs a `report`.',
  );
}

function stepSchema({ steps, calls, sources }: Kinds): Schema {
  const { connection, only, when, as } = words;
  const { call, diff, lookup } = steps;
  const reads = Object.fromEntries(
    Object.entries(sources).filter(([name, entry]) => name.includes('.') && !entry.isInbound),
  );
  const known = {
    ...steps,
    ...(call && Object.keys(calls).length > 0 ? { call: { ...call, options: callSchema(calls) } } : {}),
    ...(lookup ? { lookup: { ...lookup, options: lookupSchema(lookup.options, sources) } } : {}),
    ...(diff && Object.keys(reads).length > 0 ? { diff: { ...diff, options: diffSchema(diff.options, reads) } } : {}),
  };
  return kindsSchema(
    placed(
      known,
      ({ name }) => wordsOfSteps[name] ?? [],
      ({ name }) => (name === 'lookup' ? ['as'] : []),
    ),
    { connection, only, when, as },
    'What is done to each record.',
  );
}

/** `from` of a lookup is a source that is only read. */
const lookupSchema = (options: Schema, sources: Entries): Schema => {
  const read = Object.fromEntries(Object.entries(sources).filter(([, entry]) => !entry.isInbound));
  const from = kindsSchema(
    placed(read, (entry) => [...connectionWord(entry), ...formatWordOf(entry)]),
    { connection: words.connection, format: formatWord },
    lookupFromAbout,
  );
  return { ...options, properties: { ...(options.properties as Record<string, Schema>), from } };
};

/** `against` of a diff is one of the declared reads. */
const diffSchema = (options: Schema, reads: Entries): Schema => ({
  ...options,
  properties: {
    ...(options.properties as Record<string, Schema>),
    against: kindsSchema(placed(reads, connectionWord), { connection: words.connection }, againstAbout),
  },
});

/** Under `call` stands one operation, as the key of its parameters. */
const callSchema = (calls: Entries): Schema => {
  const schema = kindsSchema(
    placed(calls, () => []),
    {},
    'The operation and what it is given.',
  );
  return { ...schema, minProperties: 1 };
};

/** Connections are written in the workspace file, where a text may hold `${…}` instead of what is asked for. */
function connectionSchema(connections: Entries): Schema {
  const filled = Object.fromEntries(
    Object.entries(connections).map(([name, entry]) => [
      name,
      { ...entry, options: alsoTexts(entry.options, referencePattern) },
    ]),
  );
  return kindsSchema(
    placed(filled, () => []),
    {},
    'How to reach a system, and to log in.',
  );
}
