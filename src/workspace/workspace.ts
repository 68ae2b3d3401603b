import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { runPipeline } from '../engine/run/run.ts';
import type { Observe, RunResult } from '../engine/run/result.ts';
import type { World } from '../engine/run/world.ts';
import type { Catalogue } from '../language/catalogue/index.ts';
import { compilePipeline, languageOf, timezoneOf, type Pipeline } from '../language/compile/index.ts';
import {
  checkWorkspace,
  findingsAsText,
  loadWorkspace,
  resolveSecrets,
  secretRoots,
  type Loaded,
} from '../language/load/index.ts';
import type { Clock } from '../model/clock.ts';
import { counted } from '../model/counted.ts';
import { problem } from '../model/problem.ts';
import { openStore, openVault } from '../store/index.ts';
import type { Store, Vault } from '../store/ports.ts';
import { systemClock } from './clock.ts';
import { catalogueOf } from './catalogue.ts';
import { runCorrections } from './corrections.ts';
import { tryConnections, type TriedConnection } from './connections.ts';
import { eventPlaces, type EventPlace } from './inboxes.ts';
import { kindsOf, type Kinds } from './kinds.ts';
import { record, type Recording, type RecordOptions } from './record.ts';
import { probeReports, writeReports } from './reports.ts';
import { worldOf } from './world.ts';

/** An acceptance is good for so long. */
const ACCEPTANCE_MS = 24 * 3_600_000;

/** What is asked of a run. */
export interface RunOptions {
  params?: Record<string, string>;
  limit?: number;
  /** UTC ms; the run's tick. */
  asOf?: number;
  signal?: AbortSignal;
  observe?: Observe;
}

/** An opened workspace: everything a command does goes through here. */
export interface Workspace {
  folder: string;
  name: string;
  timezone: string;
  language: 'ru' | 'en';
  /** Where it is reached from outside. */
  url?: string;
  loaded: Loaded;
  catalogue: Catalogue;
  kinds: Kinds;
  store: Store;
  vault: Vault;
  world: World;
  pipelines: string[];
  /** Throws PIPELINE_UNKNOWN with the nearest name. */
  pipeline(name: string): Pipeline;
  /** Runs, then writes the pipeline's reports. `accept` lets one set of changes through, by `person`. */
  run(name: string, options?: RunOptions & { accept?: string; person?: string }): Promise<RunResult>;
  plan(name: string, options?: RunOptions): Promise<RunResult>;
  /** Kinds of events that pipelines read, each with its inbox. */
  events(): EventPlace[];
  /** Tries connections, all of them without names. Throws CONNECTION_UNKNOWN with the nearest name. */
  tryConnections(names: readonly string[]): Promise<TriedConnection[]>;
  /** Records a case for the check of a connector. See `record`. */
  record(options: RecordOptions): Promise<Recording>;
  close(): Promise<void>;
}

/** How to open one; what is left out is the machine's own. */
export interface OpenOptions {
  env?: NodeJS.ProcessEnv;
  clock?: Clock;
  /** Ends the process at labelled points: for fault tests. */
  reached?(label: string): void;
  /** Puts something before the store: for fault tests. */
  wrapStore?(store: Store): Store;
}

/**
 * Opens the workspace at `start` or above it. Throws WORKSPACE_NOT_FOUND, WORKSPACE_INVALID with the first mistakes, and
 * the store's problems.
 */
export async function openWorkspace(start: string, options: OpenOptions = {}): Promise<Workspace> {
  const { env = process.env, clock = systemClock } = options;
  const loaded = loadWorkspace(start);
  const catalogue = catalogueOf(loaded);
  refuseMistakes(loaded, catalogue);
  const kinds = kindsOf(loaded, catalogue);
  const secrets = { environment: env, roots: secretRoots(loaded.root, env), folder: loaded.root };
  const settings = loaded.workspace?.value ?? {};
  const vault = openVault(workspaceKey(resolveSecrets(settings.key, secrets)));
  const opened = await openStore({
    url: storeUrl(loaded.root, resolveSecrets(settings.store, secrets)),
    vault,
    timezone: timezoneOf(loaded),
  });
  const store = options.wrapStore?.(opened) ?? opened;
  const parts = { loaded, catalogue, kinds, store, vault, clock, secrets };
  const world: World = {
    ...worldOf(parts),
    ...(options.reached ? { reached: options.reached } : {}),
  };
  const url = resolveSecrets(settings.url, secrets);
  const pipeline = (name: string): Pipeline => compilePipeline(loaded, name, catalogue);
  return {
    folder: loaded.root,
    name: String(settings.workspace ?? ''),
    timezone: timezoneOf(loaded),
    language: languageOf(loaded),
    ...(typeof url === 'string' ? { url } : {}),
    loaded,
    catalogue,
    kinds,
    store,
    vault,
    world,
    pipelines: loaded.documents.filter(({ kind }) => kind === 'pipeline').map(({ name }) => name),
    pipeline,
    async run(name, { accept, person, ...request } = {}) {
      const compiled = pipeline(name);
      if (accept !== undefined) await acceptChanges(store, clock, name, accept, person);
      const asked = { ...request, ...(accept === undefined ? {} : { accept }) };
      const corrections = await runCorrections(parts, world, compiled, asked);
      const result = await runPipeline(compiled, world, asked);
      if (corrections) result.corrections = corrections;
      await writeReports(parts, world, compiled, result, request.params ?? {});
      return result;
    },
    async plan(name, request = {}) {
      const compiled = pipeline(name);
      const corrections = await runCorrections(parts, world, compiled, { ...request, dryRun: true });
      const result = await runPipeline(compiled, world, { ...request, dryRun: true });
      if (corrections) result.corrections = corrections;
      await probeReports(parts, world, compiled, result, request.params ?? {});
      return result;
    },
    events: () => eventPlaces(parts),
    tryConnections: (names) => tryConnections(parts, world, names),
    record: (options) => record(parts, world, options),
    close: () => store.close(),
  };
}

function refuseMistakes(loaded: Loaded, catalogue: Catalogue): void {
  const errors = checkWorkspace(loaded, catalogue).filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return;
  const more = errors.length > 5 ? `\n… and ${errors.length - 5} more` : '';
  throw problem(
    'WORKSPACE_INVALID',
    `The workspace has ${counted(errors.length, 'mistake')}:\n${findingsAsText(errors.slice(0, 5))}${more}`,
    {
      fix: 'Run `portolan validate` to see them all.',
    },
  );
}

function workspaceKey(key: unknown): string {
  if (typeof key === 'string' && key !== '') return key.trim();
  throw problem('WORKSPACE_KEY_MISSING', 'The workspace has no key, and nothing personal may be stored unsealed', {
    fix: 'Add `key: ${file:…}` to portolan.yaml; `portolan init` makes one.',
  });
}

function storeUrl(root: string, url: unknown): string {
  const written = typeof url === 'string' ? url : 'sqlite:.portolan/state.db';
  if (!written.startsWith('sqlite:')) {
    throw problem('STORE_URL_UNKNOWN', 'The store must be `sqlite:PATH`', {
      fix: 'Write `store: sqlite:.portolan/state.db`, or leave it out.',
    });
  }
  return `sqlite:${resolve(root, written.slice('sqlite:'.length))}`;
}

async function acceptChanges(
  store: Store,
  clock: Clock,
  pipeline: string,
  hash: string,
  person = userInfo().username,
): Promise<void> {
  const at = clock.now();
  await store.accept({ pipeline, hash, person, at, expiresAt: at + ACCEPTANCE_MS });
}
