import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Loaded, LoadedDocument } from '../../language/load/index.ts';
import { problem } from '../../model/problem.ts';
import type { Fields } from '../../model/record.ts';

/** One case of a `check:` document; paths of fixtures are absolute. */
export interface CheckCase {
  name: string;
  /** One for each source of the pipeline, in order; the sources that are left have nothing. */
  sources: string[];
  /** Of each `lookup`, by its `as`. */
  lookups: Record<string, string>;
  known?: string;
  params: Record<string, string>;
  /** Any count of S2, and delivered records by operation. */
  counts: Record<string, number>;
  sent?: string;
}

/** A `check:` document of a pipeline. */
export interface PipelineCheck {
  pipeline: string;
  file: string;
  /** As written, in the workspace's zone. */
  now: string;
  cases: CheckCase[];
}

/** A case of a connector: one of `read`, `write`, `call`, against exchanges. */
export interface ConnectorCase extends CheckCase {
  read?: string;
  write?: string;
  call?: string;
  with: Fields;
  /** Absolute path. */
  exchanges: string;
}

/** A `check:` document of a connector. */
export interface ConnectorCheck extends Omit<PipelineCheck, 'pipeline' | 'cases'> {
  connector: string;
  /** As written. */
  connection: Fields;
  cases: ConnectorCase[];
}

/** The checks of connectors in a workspace, in the order of their files. */
export function connectorChecks(loaded: Loaded): ConnectorCheck[] {
  const connectors = new Set(loaded.documents.filter(({ kind }) => kind === 'connector').map(({ name }) => name));
  const pipelines = new Set(loaded.documents.filter(({ kind }) => kind === 'pipeline').map(({ name }) => name));
  return loaded.documents
    .filter(({ kind, name }) => kind === 'check' && connectors.has(name) && !pipelines.has(name))
    .map((document) => {
      const { pipeline: connector, cases, ...check } = checkOf(document, loaded.root);
      const written = document.value.cases as (WrittenCase & Omit<ConnectorCase, keyof CheckCase>)[];
      return {
        ...check,
        connector,
        connection: (document.value.connection ?? {}) as Fields,
        cases: cases.map((each, index): ConnectorCase => {
          const { read, write, call, with: given = {}, exchanges } = written[index] as (typeof written)[number];
          const what = { ...(read ? { read } : {}), ...(write ? { write } : {}), ...(call ? { call } : {}) };
          return { ...each, ...what, with: given, exchanges: join(loaded.root, dirname(document.file), exchanges) };
        }),
      };
    });
}

/** The checks of pipelines in a workspace, in the order of their files; those of connectors are of another kind. */
export function pipelineChecks(loaded: Loaded): PipelineCheck[] {
  const pipelines = new Set(loaded.documents.filter(({ kind }) => kind === 'pipeline').map(({ name }) => name));
  return loaded.documents
    .filter(({ kind, name }) => kind === 'check' && pipelines.has(name))
    .map((document) => checkOf(document, loaded.root));
}

interface WrittenCase {
  name: string;
  source?: string | string[];
  lookups?: Record<string, string>;
  known?: string;
  params?: Fields;
  expect: Fields;
}

function checkOf({ name, file, value }: LoadedDocument, root: string): PipelineCheck {
  const beside = (path: string): string => join(root, dirname(file), path);
  return {
    pipeline: name,
    file,
    now: String(value.now),
    cases: (value.cases as WrittenCase[]).map(({ name, source, lookups, known, params, expect }) => {
      const { sent, ...counts } = expect;
      return {
        name,
        sources: [source ?? []].flat().map(beside),
        lookups: Object.fromEntries(Object.entries(lookups ?? {}).map(([as, path]) => [as, beside(path)])),
        ...(known === undefined ? {} : { known: beside(known) }),
        params: Object.fromEntries(Object.entries(params ?? {}).map(([name, value]) => [name, String(value)])),
        counts: counts as Record<string, number>,
        ...(sent === undefined ? {} : { sent: beside(String(sent)) }),
      };
    }),
  };
}

/** A fixture that is JSON. Throws FIXTURE_UNREADABLE. */
export function readFixture(path: string): unknown {
  if (!existsSync(path)) {
    throw unreadable(path, 'is not there', 'Correct the path, which begins at the folder of the check.');
  }
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    throw unreadable(path, 'is not JSON', 'Correct it.');
  }
}

const unreadable = (path: string, what: string, fix: string): Error =>
  problem('FIXTURE_UNREADABLE', `The fixture ${path} ${what}.`, { class: 'config', fix });
