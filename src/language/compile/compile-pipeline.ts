import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { compileCondition, nearestName, type Shape } from '../../expression/index.ts';
import { problem } from '../../model/problem.ts';
import { operations } from '../../model/record.ts';
import type { Catalogue, KindEntry } from '../catalogue/catalogue.ts';
import type { Loaded, LoadedDocument } from '../load/load-workspace.ts';
import { afterOf } from './after.ts';
import { compileMarked, type MarkedFiles } from './compile-marked.ts';
import { deepFrozen } from './frozen.ts';
import { hashOf } from './hash.ts';
import { maskedColumns } from './masked.ts';
import { neverRepeated } from './never-repeats.ts';
import { personalFields } from './personal.ts';
import type { Pipeline, ReportUse, SourceUse, Step, Use } from './pipeline.ts';
import { compileReading } from './reading.ts';
import { recordRule } from './record-rule.ts';
import { ruleHashes } from './rule-hash.ts';
import { compileStep, onlyOf, stepWordsOf, writtenSteps, type WrittenStep } from './steps.ts';
import { shareOf } from './units.ts';
import { languageOf, timezoneOf, writtenConnections } from './workspace-settings.ts';
import { fieldsBefore, sinkOfRead } from './against.ts';
import { oneOrList, writtenUse } from './written-use.ts';

type Written = Record<string, unknown>;

/**
 * The pipeline of that name, frozen: what the engine runs. The document must have passed `checkWorkspace`. Touches no
 * network, no clock and no secret. Throws PIPELINE_UNKNOWN, and the problems of what was not checked.
 */
export function compilePipeline(loaded: Loaded, name: string, catalogue: Catalogue): Pipeline {
  const { value } = documentOf(loaded, 'pipeline', name);
  const compiler = { loaded, catalogue, files: workspaceReader(loaded.root) };
  const sources = oneOrList(value.source, []).map(({ item }) => sourceUse(compiler, item));
  const record = recordRule((value.record ?? {}) as Written, catalogue.sources[sources[0]?.kind ?? '']?.preset);
  const written = writtenSteps(value);
  const steps = written.map((step, index) =>
    step.kind === 'call'
      ? callStep(compiler, step)
      : step.kind === 'lookup'
        ? lookupStep(compiler, step)
        : step.kind === 'diff'
          ? diffStep(compiler, value, written, index)
          : compileStep(step, name),
  );
  const masked = maskedColumns(record, steps);
  const { tolerate } = (value.errors ?? {}) as { tolerate?: string | number };
  return deepFrozen({
    name,
    ...(typeof value.title === 'string' ? { title: value.title } : {}),
    ...(typeof value.was === 'string' ? { was: value.was } : {}),
    hash: hashOf(value),
    rule: ruleHashes(record, written),
    after: Object.freeze(afterOf(value)) as string[],
    params: Object.freeze((value.params ?? {}) as Pipeline['params']),
    sources: Object.freeze(sources) as SourceUse[],
    record,
    steps: Object.freeze(steps) as Pipeline['steps'],
    sinks: Object.freeze(oneOrList(value.sink, []).map(({ item }) => use(compiler, item, catalogue.sinks))) as Use[],
    ...(tolerate === undefined ? {} : { tolerate: shareOf(tolerate) }),
    report: Object.freeze(oneOrList(value.report, []).map(({ item }) => reportUse(compiler, item))) as ReportUse[],
    ...(value.corrections === undefined ? {} : { corrections: correctionsUse(compiler, value.corrections) }),
    timezone: timezoneOf(loaded),
    ...(masked.length > 0 ? { masked } : {}),
    personal: Object.freeze(personalFields(record, steps)) as string[],
  });
}

/** A connector document compiled for the plugin that interprets it. Throws CONNECTOR_UNKNOWN. */
export function compileConnector(loaded: Loaded, name: string, catalogue: Catalogue): unknown {
  const { value, file } = documentOf(loaded, 'connector', name);
  const folder = file.split('/').slice(0, -1).join('/');
  return compileMarked(
    catalogue.documents.connector,
    value,
    workspaceReader(resolve(loaded.root, folder), loaded.root),
  );
}

/** The document of a kind and name. Throws PIPELINE_UNKNOWN or CONNECTOR_UNKNOWN with the nearest name. */
export function documentOf(loaded: Loaded, kind: 'pipeline' | 'connector', name: string): LoadedDocument {
  const all = loaded.documents.filter((document) => document.kind === kind);
  const found = all.find((document) => document.name === name);
  if (found) return found;
  const names = all.map((document) => document.name);
  const near = nearestName(name, names);
  throw problem(
    kind === 'pipeline' ? 'PIPELINE_UNKNOWN' : 'CONNECTOR_UNKNOWN',
    `There is no ${kind} "${name}" in this workspace.`,
    {
      fix: near
        ? `Did you mean "${near}"?`
        : names.length > 0
          ? `There are: ${names.join(', ')}.`
          : `There is no ${kind} yet.`,
    },
  );
}

interface Compiler {
  loaded: Loaded;
  catalogue: Catalogue;
  files: MarkedFiles;
}

function use(compiler: Compiler, item: unknown, entries: Record<string, KindEntry>): Use {
  const written = writtenUse(item);
  const entry = written && entries[written.kind];
  if (!entry) throw problem('UNKNOWN_KIND', `"${written?.kind ?? String(item)}" is not known here.`);
  const { words } = written;
  const connection = words.connection ?? (entry.connection && onlyConnection(compiler.loaded, entry.connection));
  return Object.freeze({
    kind: written.kind,
    options: compileMarked(entry.options, written.options, compiler.files),
    ...(typeof connection === 'string' ? { connection } : {}),
    ...(words.only === undefined ? {} : { only: onlyOf(words.only) }),
    ...(entry.neverRepeats?.length ? { neverRepeats: Object.freeze(neverRepeated(entry, operations)) } : {}),
    ...(words.when === undefined ? {} : { when: compileCondition(String(words.when)) }),
    ...(words.format === undefined ? {} : { format: formatOf(compiler, words.format) }),
    written: item,
  });
}

/** A step that calls: its operation is a use like any other, with the step's own words. */
function callStep(compiler: Compiler, step: WrittenStep): Step {
  const operation = use(compiler, step.options, compiler.catalogue.calls);
  const { connection } = step.words;
  return Object.freeze({
    ...stepWordsOf(step),
    kind: 'call',
    use: typeof connection === 'string' ? Object.freeze({ ...operation, connection }) : operation,
    parameters: operation.options as Shape,
    writes: compiler.catalogue.calls[operation.kind]?.writes !== false,
  });
}

/** A step that looks something up: what it reads is a use like any other. */
function lookupStep(compiler: Compiler, step: WrittenStep): Step {
  const { from, key, by, batch, unknown } = step.options as Written;
  return Object.freeze({
    ...stepWordsOf(step),
    kind: 'lookup',
    use: sourceUse(compiler, from),
    key: compileReading(String(key)),
    by: compileReading(String(by)),
    ...(typeof batch === 'number' ? { batch } : {}),
    isOptional: unknown === 'absent',
  });
}

/** A diff that compares with the target's own list: a read is a use like any other. */
function diffStep(compiler: Compiler, pipeline: Written, steps: readonly WrittenStep[], index: number): Step {
  const step = steps[index] as WrittenStep;
  const compiled = compileStep(step, String(pipeline.pipeline));
  const { against } = (step.options ?? {}) as Written;
  if (against === undefined || compiled.kind !== 'diff') return compiled;
  const read = sourceUse(compiler, against);
  const given = compiler.catalogue.sources[read.kind]?.gives;
  const fields = fieldsBefore(steps, index).filter((field) => given?.includes(field) ?? true);
  const sink = sinkOfRead(pipeline, read.kind);
  return Object.freeze({
    ...compiled,
    rule: Object.freeze({ ...compiled.rule, against: { use: read, fields, sink } }),
  });
}

/** The workspace's connection of a kind where it has exactly one. */
function onlyConnection(loaded: Loaded, kind: string): string | undefined {
  const ofKind = writtenConnections(loaded).filter((connection) => connection.kind === kind);
  return ofKind.length === 1 ? ofKind[0]?.name : undefined;
}

function formatOf({ catalogue, files }: Compiler, item: unknown): NonNullable<Use['format']> {
  const written = writtenUse(item, []);
  const entry = written && catalogue.formats[written.kind];
  if (!entry) throw problem('UNKNOWN_KIND', `"${written?.kind ?? String(item)}" is no format.`);
  return Object.freeze({ kind: written.kind, options: compileMarked(entry.options, written.options, files) });
}

/** Where nothing says that a feed is full, absence means nothing. */
function sourceUse(compiler: Compiler, item: unknown): SourceUse {
  const compiled = use(compiler, item, compiler.catalogue.sources);
  const entry = compiler.catalogue.sources[compiled.kind];
  const written = writtenUse(item)?.words.feed ?? entry?.feed;
  const inbound = entry?.isInbound ? { isInbound: true as const } : {};
  return Object.freeze({ ...compiled, feed: written === 'full' ? 'full' : 'changes', ...inbound });
}

/** Each file is read once, a run without any goes on, and a report without rejects has nothing to correct. */
function correctionsUse(compiler: Compiler, item: unknown): SourceUse {
  const { options, ...rest } = sourceUse(compiler, item);
  return Object.freeze({ ...rest, options: { ...(options as object), pick: 'new', none: 'skip', empty: 'allow' } });
}

function reportUse(compiler: Compiler, item: unknown): ReportUse {
  const language = writtenUse(item)?.words.language;
  const own = language === 'ru' || language === 'en' ? language : languageOf(compiler.loaded);
  return Object.freeze({ ...use(compiler, item, compiler.catalogue.sinks), language: own });
}

/** Reads files of the workspace only; a link out of it is not followed. Throws WORKSPACE_FILE_MISSING. */
export function workspaceReader(folder: string, root = folder): Required<MarkedFiles> {
  return {
    readFile(path) {
      const full = resolve(folder, path);
      if (!existsSync(full)) {
        throw problem('WORKSPACE_FILE_MISSING', `There is no file ${path} in the workspace.`, {
          fix: 'Correct the path.',
        });
      }
      if (!realpathSync(full).startsWith(realpathSync(root) + sep)) {
        throw problem('WORKSPACE_FILE_MISSING', `${path} lies outside the workspace.`, {
          fix: 'Move it into the workspace.',
        });
      }
      return readFileSync(full, 'utf8');
    },
  };
}
