import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { Schema, Sessions } from '../connect/sdk/index.ts';
import { connectorChecks, runConnectorCheck } from '../desk/check/index.ts';
import { momentText, readMoment } from '../desk/moment.ts';
import { keptOf, placeOf, recordCase, writeCase, type RecordTools, type Wanted } from '../desk/record/index.ts';
import type { World } from '../engine/run/world.ts';
import { markedLeaves, timezoneOf, writtenConnections } from '../language/compile/index.ts';
import { loadWorkspace, resolveSecrets, type LoadedDocument } from '../language/load/index.ts';
import { problem } from '../model/problem.ts';
import type { Fields } from '../model/record.ts';
import { connectorTools } from './connector-tools.ts';
import { contextOf, type Parts } from './world.ts';

/** What is to be recorded; paths begin at `from`. */
export interface RecordOptions {
  /** `acme.users`: connector and read, target or operation. */
  part: string;
  /** The target or the operation of that name, which may really write. */
  write: boolean;
  connection?: string;
  with: Fields;
  source?: string;
  known?: string;
  keep: readonly string[];
  name?: string;
  /** Folder of the command. */
  from: string;
}

/** Paths begin at the workspace. */
export interface Recording {
  check: string;
  case: string;
  exchanges: number;
  expect: Record<string, number>;
  files: string[];
}

/**
 * Records a case for the check of a connector: asks the real other side once, blanks what came, writes the case beside the
 * connector and runs it. Throws RECORD_UNKNOWN, RECORD_CONNECTION, RECORD_WRITES, RECORD_EXISTS and what a recording throws.
 */
export async function record(parts: Parts, world: World, options: RecordOptions): Promise<Recording> {
  const { loaded, clock, secrets } = parts;
  const { document, asks } = chosen(parts, options);
  const connector = document.name;
  const connectionName = connectionOf(parts, connector, options.connection);
  const written = writtenConnections(loaded).find(({ name }) => name === connectionName);
  const { http: _transport, ...connection } = resolveSecrets(written?.options ?? {}, secrets) as Fields;
  const existing = loaded.documents.find(({ kind, name }) => kind === 'check' && name === connector);
  const name = options.name ?? `${Object.values(asks)[0] as string} as recorded`;
  const check = join(loaded.root, existing?.file ?? join(dirname(document.file), `${connector}.check.yaml`));
  if (
    connectorChecks(loaded).some(
      (known) => known.connector === connector && known.cases.some((each) => each.name === name),
    )
  )
    throw taken(name);
  const place = placeOf(check, name);
  if (!existing && existsSync(check)) throw taken(relative(loaded.root, check));
  const now = existing ? String(existing.value.now) : momentText(clock.now(), timezoneOf(loaded));
  const checkConnection = existing?.value.connection as Fields | undefined;
  const tools = toolsOf(parts, world, connector, connectionName);
  const wanted: Wanted = {
    connector,
    case: {
      name,
      ...(asks as { read?: string; write?: string; call?: string }),
      with: options.with,
      sources: options.source === undefined ? [] : [resolve(options.from, options.source)],
      lookups: {},
      params: {},
      ...(options.known === undefined ? {} : { known: resolve(options.from, options.known) }),
    },
    connection,
    secrets: secretsIn(parts.catalogue.connections[connector]?.options ?? {}, connection),
    ...(checkConnection ? { checkConnection } : {}),
    kept: keptFor(document, connection, checkConnection, options.keep),
    now: readMoment(now, timezoneOf(loaded)) ?? clock.now(),
  };
  const recorded = await recordCase(wanted, tools);
  const undo = writeCase(place, { check: connector, now, name, asks }, recorded);
  await prove(parts, tools, connector, name, undo);
  return {
    check: relative(loaded.root, check),
    case: name,
    exchanges: recorded.exchanges.length,
    expect: recorded.expect,
    files: Object.values(place)
      .filter((path) => existsSync(path))
      .map((path) => relative(loaded.root, path)),
  };
}

/** What is written passes as any check does, or is taken back. */
async function prove(
  parts: Parts,
  tools: RecordTools,
  connector: string,
  name: string,
  undo: () => void,
): Promise<void> {
  const loaded = loadWorkspace(parts.loaded.root);
  const check = connectorChecks(loaded).find((each) => each.connector === connector);
  const cases = check?.cases.filter((each) => each.name === name) ?? [];
  const [result] = check ? await runConnectorCheck({ ...check, cases }, { ...tools, loaded }) : [];
  if (result?.passed) return;
  undo();
  throw problem(
    'RECORD_DIFFERS',
    `What was recorded does not come out the same again: ${result?.differences.join('; ') ?? 'it is not read'}.`,
    {
      fix: 'A request that holds a moment or a number by chance can’t be recorded.',
    },
  );
}

function toolsOf(parts: Parts, world: World, kind: string, connection: string): RecordTools {
  const sessions = renewing(parts.store);
  return {
    ...connectorTools(parts, world.tables),
    clock: parts.clock,
    real: (opening, network) => ({
      ...contextOf(parts, { kind, connection, options: {}, written: kind }, opening),
      sessions,
      network,
    }),
  };
}

/** Every login is made anew, so that it is among the exchanges; it is remembered as in a run, since tokens may rotate. */
function renewing(store: Sessions): Sessions {
  return {
    async findLogin(account) {
      const state = await store.findLogin(account);
      return state && { ...state, expiresAt: 0 };
    },
    beginLogin: (account, who) => store.beginLogin(account, who),
  };
}

function chosen({ loaded }: Parts, { part, write, source }: RecordOptions): { document: LoadedDocument; asks: Fields } {
  const [connector = '', ...rest] = part.split('.');
  const name = rest.join('.');
  const document = loaded.documents.find((each) => each.kind === 'connector' && each.name === connector);
  const has = (word: string): boolean => Object.hasOwn((document?.value[word] ?? {}) as Fields, name);
  if (!document || !(has('read') || has('write') || has('call'))) {
    const own = loaded.documents.filter(({ kind }) => kind === 'connector').map((each) => each.name);
    throw problem('RECORD_UNKNOWN', `No connector of the workspace has “${part}”.`, {
      fix: document
        ? 'Name a read, a target or an operation of it, such as acme.users.'
        : `The connectors of the workspace are: ${own.join(', ') || 'none'}.`,
    });
  }
  if (!write && has('read')) return { document, asks: { read: name } };
  if (!write) {
    throw problem('RECORD_WRITES', `${part} is no read: recording it does at the other side what it says.`, {
      fix: 'Give --write where that may be, and records that may be written by --source FILE.',
    });
  }
  if (source === undefined) {
    throw problem('RECORD_WRITES', `${part} is recorded with records, and none are given.`, {
      fix: 'Give a JSON list of them: --source FILE.',
    });
  }
  if (!has('write') && !has('call')) {
    throw problem('RECORD_UNKNOWN', `${part} is only read.`, { fix: 'Leave out --write.' });
  }
  return { document, asks: has('write') ? { write: name } : { call: name } };
}

function connectionOf({ loaded }: Parts, connector: string, named: string | undefined): string {
  const all = writtenConnections(loaded).filter(({ kind }) => kind === connector);
  const names = all.map(({ name }) => name);
  const found =
    named === undefined ? (names.length === 1 ? names[0] : undefined) : names.find((name) => name === named);
  if (found !== undefined) return found;
  throw problem(
    'RECORD_CONNECTION',
    named === undefined
      ? `The workspace has ${names.length === 0 ? 'no connection' : 'several connections'} of ${connector}.`
      : `${named} is no connection of ${connector}.`,
    {
      fix:
        names.length === 0
          ? 'Declare one under `connections:` of portolan.yaml.'
          : `Choose by --connection: ${names.join(', ')}.`,
    },
  );
}

function secretsIn(schema: Schema, connection: Fields): string[] {
  const leaves = [...markedLeaves(schema, connection)].filter(({ mark }) => mark.as === 'secret');
  return leaves.flatMap(({ value }) => (typeof value === 'string' ? [value] : []));
}

/** Paths of addresses in the connection are the integrator's own; their hosts are replaced by the connector's name. */
function keptFor(
  document: LoadedDocument,
  connection: Fields,
  inCheck: Fields | undefined,
  keep: readonly string[],
): Wanted['kept'] {
  const { words, ...kept } = keptOf(document.value, keep);
  const origins = new Map<string, string>();
  const all = new Set(words);
  for (const [name, value] of Object.entries(connection)) {
    if (typeof value !== 'string' || !/^https?:/.test(value) || !URL.canParse(value)) continue;
    const { origin, pathname } = new URL(value);
    const written = inCheck?.[name];
    const number = origins.size === 0 ? '' : String(origins.size + 1);
    const made = typeof written === 'string' && URL.canParse(written) ? new URL(written).origin : undefined;
    origins.set(origin, made ?? `https://${document.name}${number}.example`);
    for (const word of pathname.split(/[^\p{L}\p{N}_]+/u)) all.add(word);
  }
  return { ...kept, words: all, origins };
}

const taken = (what: string): Error =>
  problem('RECORD_EXISTS', `“${what}” is there already, and nothing is written over it.`, {
    fix: 'Name the case otherwise by --case.',
  });
