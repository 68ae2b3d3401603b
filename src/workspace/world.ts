import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { OpenContext, OpenFormat, Schema } from '../connect/sdk/index.ts';
import type { Opening, World } from '../engine/run/world.ts';
import type { Use } from '../language/compile/index.ts';
import { compileMarked, durationMs, writtenConnections } from '../language/compile/index.ts';
import type { Catalogue } from '../language/catalogue/index.ts';
import { loadTables, resolveSecrets, type Loaded, type SecretPlaces } from '../language/load/index.ts';
import type { Clock } from '../model/clock.ts';
import { problem } from '../model/problem.ts';
import type { Store, Vault } from '../store/ports.ts';
import { inboxOf } from './inboxes.ts';
import type { Kinds } from './kinds.ts';

/** What a workspace is made of. */
export interface Parts {
  loaded: Loaded;
  catalogue: Catalogue;
  kinds: Kinds;
  store: Store;
  vault: Vault;
  clock: Clock;
  secrets: SecretPlaces;
}

/** What a run reaches out to, made of a workspace: connections are resolved only when something is opened. */
export function worldOf(parts: Parts): World {
  const { loaded, kinds, store, vault, clock } = parts;
  const tables = loadTables(loaded);
  const formatOf = (use: Use): { format?: OpenFormat } =>
    use.format ? { format: kinds.format(use.format.kind).open(use.format.options) } : {};
  return {
    store,
    vault,
    clock,
    runsFolder: join(loaded.root, '.portolan', 'runs'),
    tables: (name) => tables.get(name),
    openSource: (use, opening) =>
      kinds.source(use.kind).open({
        ...contextOf(parts, use, opening),
        ...formatOf(use),
        options: use.options,
        wanted: opening.wanted,
        consumed: opening.consumed,
        dryRun: opening.dryRun,
        ...(opening.newerThan === undefined ? {} : { newerThan: opening.newerThan }),
        latestFirst: opening.latestFirst,
        cursor: opening.cursor,
        ...(use.isInbound ? { inbox: inboxOf(parts, use) } : {}),
      }),
    openSink: (use, opening) =>
      kinds.sink(use.kind).open({ ...contextOf(parts, use, opening), ...formatOf(use), options: use.options }),
    openCall: (use, opening) => kinds.call(use.kind).open(contextOf(parts, use, opening)),
    holdsRecords: (use, opening) => holdsRecords(parts, use, opening),
    limits: limitsOf(parts),
    newId: () => `${clock.now().toString(36)}${randomBytes(8).toString('hex')}`,
  };
}

/** What opening a connector needs: its connection is resolved now, and not before. */
export function contextOf(parts: Parts, use: Use, { scope, env, signal, note }: Opening): OpenContext<unknown> {
  const { loaded, catalogue, secrets, clock, store } = parts;
  const openFormat = (written: unknown): OpenFormat => formatNamed(parts, written);
  const shared = {
    folder: loaded.root,
    scope,
    env,
    clock,
    signal,
    note,
    sessions: store,
    allowances: store,
    openFormat,
  };
  if (use.connection === undefined) return { ...shared, connection: undefined, connectionName: use.kind };
  const written = writtenConnections(loaded).find(({ name }) => name === use.connection);
  const entry = written && catalogue.connections[written.kind];
  if (!written || !entry) {
    throw problem('CONNECTION_UNKNOWN', `There is no connection “${use.connection}” in portolan.yaml`, {
      fix: 'Declare it under `connections:`.',
    });
  }
  return {
    ...shared,
    connection: compileMarked(entry.options, resolveSecrets(written.options, secrets)),
    connectionName: use.connection,
  };
}

/** A format by its bare name, or by a map of its name and its compiled options. */
export function formatNamed({ kinds, catalogue }: Pick<Parts, 'kinds' | 'catalogue'>, written: unknown): OpenFormat {
  const [kind = '', options] = typeof written === 'string' ? [written] : (Object.entries(written ?? {})[0] ?? []);
  const format = kinds.format(kind);
  return format.open(options ?? compileMarked(catalogue.formats[kind]?.options ?? {}, {}));
}

/** S19: a target that can be read by a read of its own name, and gives at least one record. */
async function holdsRecords(parts: Parts, use: Use, opening: Opening): Promise<boolean | undefined> {
  const entry = parts.catalogue.sources[use.kind];
  if (!entry || entry.takesFormat || entry.isInbound || (entry.options.required as unknown[] | undefined)?.length)
    return undefined;
  const source = await parts.kinds.source(use.kind).open({
    ...contextOf(parts, use, opening),
    options: compileMarked(entry.options, {}),
    wanted: [],
    consumed: async () => false,
    dryRun: true,
  });
  if ('nothing' in source) return false;
  try {
    for await (const batch of source.read()) if (batch.records.length > 0) return true;
    return false;
  } finally {
    await source.close();
  }
}

/** `limits: { missing: 50/day, memory: 256MB, disk: 10GB }`; the schema knows the last two where they are not written. */
function limitsOf({ loaded, catalogue }: Parts): World['limits'] {
  const schema = (catalogue.documents.workspace.properties as { limits: Schema }).limits;
  const written = compileMarked(schema, loaded.workspace?.value.limits ?? {});
  const { missing, memory, disk } = written as { missing?: string; memory: number; disk: number };
  const limits = { memoryBytes: memory, diskBytes: disk };
  const match = /^(\d+)\s*\/\s*(.+)$/.exec(missing ?? '');
  if (!match) return limits;
  const unit = match[2] as string;
  return {
    ...limits,
    missing: { count: Number(match[1]), perMs: durationMs(/^\d/.test(unit) ? unit : `1 ${unit}`) },
  };
}
