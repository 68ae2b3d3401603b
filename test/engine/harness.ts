import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OpenSink, OpenSource } from '../../src/connect/sdk/index.ts';
import { runPipeline } from '../../src/engine/run/run.ts';
import type { Change, RunResult } from '../../src/engine/run/result.ts';
import type { RunRequest, World } from '../../src/engine/run/world.ts';
import { compileCondition, compileExpression, compileShape } from '../../src/expression/index.ts';
import type { DiffRule, FieldRule, Pipeline, Step } from '../../src/language/compile/pipeline.ts';
import type { Clock } from '../../src/model/clock.ts';
import type {
  Fields,
  Found,
  Operation,
  Outcome,
  ReadEnd,
  Unreadable,
  WriteAnswer,
  WriteItem,
} from '../../src/model/record.ts';
import { makeWorkspaceKey, openStore, openVault } from '../../src/store/index.ts';

export const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 10, 24, 2, 30);

/** A clock that tests move; sleeping takes no time. */
export function testClock(): Clock & { at: number; slept: number[] } {
  const clock = {
    at: START,
    slept: [] as number[],
    now: () => clock.at,
    monotonic: () => clock.at - START,
    sleep: async (ms: number) => {
      clock.slept.push(ms);
    },
  };
  return clock;
}

/** What a source gives in one run. */
export interface Feed {
  rows: Fields[];
  complete?: boolean;
  reason?: string;
  unreadable?: Unreadable[];
  columns?: string[];
  hash?: string;
  nothing?: string;
  /** Fails after so many rows. */
  failAfter?: number;
}

/** A target in memory with a ledger of what was done: what counts in these tests. */
export function testTarget(
  options: {
    key?: string;
    size?: number;
    repeat?: 'safe' | 'find' | 'never';
    atomic?: boolean;
    operations?: Operation[];
  } = {},
) {
  const {
    key = 'id',
    size = 2,
    repeat = 'find',
    atomic = true,
    operations = ['create', 'update', 'missing', 'returned'],
  } = options;
  const people = new Map<string, { id: string; record: Fields; blocked: boolean }>();
  const ledger: { operation: Operation; key: string; record: Fields; changed?: Fields; once: string }[] = [];
  const answers: ((items: WriteItem[]) => WriteAnswer | undefined)[] = [];
  let next = 1;
  const perform = (operation: Operation, item: WriteItem, once: string): Outcome => {
    const name = String(item.record[key]);
    const [renamed] = [...people].find(([, { id }]) => operation !== 'create' && id === item.kept?.id) ?? [name];
    const person = people.get(renamed);
    if (operation === 'create' && person) return { is: 'exists', reason: 'taken' };
    ledger.push({
      operation,
      key: item.key,
      record: item.record,
      once,
      ...(item.changed ? { changed: item.changed } : {}),
    });
    if (operation === 'create' || (operation === 'upsert' && !person)) {
      const id = `u${next++}`;
      people.set(name, { id, record: item.record, blocked: false });
      return { is: 'delivered', kept: { id } };
    }
    if (!person) return { is: 'gone', reason: 'unknown' };
    if (operation === 'update') person.record = { ...person.record, ...item.changed };
    if (operation === 'update' && people.delete(renamed)) people.set(name, person);
    person.blocked = operation === 'missing';
    return { is: 'delivered' };
  };
  const target = {
    people,
    ledger,
    /** Answers queued here are given instead of, after or before the work; undefined does the work. */
    answers,
    opened: 0,
    done: (operation: Operation) => ledger.filter((line) => line.operation === operation).map((line) => line.key),
    perform,
    sink: (): OpenSink => ({
      rules: Object.fromEntries(
        operations.map((operation) => [operation, { size, atomic, repeat: operation === 'create' ? repeat : 'safe' }]),
      ),
      retry: { attempts: 3, fromMs: 10, toMs: 100, withinMs: 60_000 },
      concurrency: 1,
      key: [key],
      commits: 'batch',
      write: async ({ operation, items, once }) => {
        const answer = answers.shift()?.(items);
        return answer ?? { is: 'answered', outcomes: items.map((item) => perform(operation, item, once)) };
      },
      find: async (items) =>
        items.map((item): Found => {
          const person = people.get(String(item.record[key]));
          return person ? { is: 'found', kept: { id: person.id } } : { is: 'absent' };
        }),
      keepOf: async (original) => ({ id: original.uid }),
      close: async () => {},
    }),
  };
  return target;
}
export type TestTarget = ReturnType<typeof testTarget>;

/** A pipeline of id, name and team into one target, changed as the test needs. */
export function testPipeline(
  over: {
    filter?: string;
    gone?: string;
    fields?: FieldRule[];
    diff?: Partial<DiffRule> | null;
    before?: Step[];
    after?: Step[];
    sinks?: Pipeline['sinks'];
    tolerate?: Pipeline['tolerate'];
    feed?: 'full' | 'changes';
    /** Several sources. */
    feeds?: ('full' | 'changes')[];
    key?: string;
    rows?: { into: string; by: string[] };
  } = {},
): Pipeline {
  const diff: DiffRule = {
    snapshot: 'people',
    missing: { after: { feeds: 1 } },
    leaves: 'keep',
    guard: { floor: 20, then: 'hold' },
    ...over.diff,
  };
  const steps: Step[] = [
    ...(over.filter ? [{ kind: 'filter', at: 'steps[0]', condition: compileCondition(over.filter) } as Step] : []),
    ...(over.before ?? []),
    ...(over.diff === null ? [] : [{ kind: 'diff', at: 'steps[1]', rule: diff } as Step]),
    ...(over.after ?? []),
  ];
  return {
    name: 'people',
    hash: '0123456789abcdef',
    rule: { filter: over.filter ?? '', key: over.key ?? 'id', gone: over.gone ?? '' },
    params: {},
    after: [],
    sources: (over.feeds ?? [over.feed ?? 'full']).map((feed) => ({ kind: 'test', options: {}, feed, written: {} })),
    record: {
      key: [compileExpression(over.key ?? 'id')],
      fields: over.fields ?? [],
      ...(over.gone ? { gone: compileCondition(over.gone) } : {}),
      ...(over.rows
        ? { rows: { into: over.rows.into, by: over.rows.by.map(compileExpression), keyFields: [over.key ?? 'id'] } }
        : {}),
    },
    steps,
    sinks: over.sinks ?? [{ kind: 'target', options: {}, written: {} }],
    report: [],
    timezone: 'Europe/Moscow',
    personal: [],
    ...(over.tolerate ? { tolerate: over.tolerate } : {}),
  };
}

export const setStep = (shape: Fields, only?: Operation[]): Step => ({
  kind: 'set',
  at: 'steps[9]',
  shape: compileShape(shape),
  fields: Object.keys(shape),
  ...(only ? { only } : {}),
});

/** A world over a real store in a folder of its own. */
export async function testWorld(targets: Record<string, TestTarget>) {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-engine-'));
  const clock = testClock();
  const vault = openVault(makeWorkspaceKey());
  const store = await openStore({ url: `sqlite:${join(folder, 'state.db')}`, vault });
  const tables: Record<string, { columns: string[]; rows: Record<string, string>[] }> = {};
  const world: World = {
    store,
    vault,
    clock,
    runsFolder: join(folder, 'runs'),
    tables: (name) => tables[name],
    openSource: async (use) =>
      use.kind === 'list' ? openFeed(state.list, { settled: 0 }) : openFeed(state.more.shift() ?? state.feed, state),
    openSink: async (use) => {
      const target = targets[use.kind] as TestTarget;
      target.opened++;
      return target.sink();
    },
    limits: {},
    newId: () => `r${state.ids++}`,
  };
  const state = {
    feed: { rows: [] } as Feed,
    more: [] as Feed[],
    list: { rows: [] } as Feed,
    settled: 0,
    ids: 1,
    world,
    changes: [] as Change[],
  };
  return {
    world,
    store,
    clock,
    tables,
    folder,
    state,
    async run(
      pipeline: Pipeline,
      feed: Feed | Fields[] | { sources: Feed[] },
      request: RunRequest & { dryRun?: boolean } = {},
    ): Promise<RunResult> {
      state.more = 'sources' in feed ? [...feed.sources] : [];
      if (!('sources' in feed)) state.feed = Array.isArray(feed) ? { rows: feed } : feed;
      state.changes = [];
      const result = await runPipeline(pipeline, world, {
        ...request,
        observe: (event) => {
          if (event.is === 'change') state.changes.push(event.change);
        },
      });
      clock.at += DAY_MS;
      return result;
    },
    async close() {
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
export type TestWorld = Awaited<ReturnType<typeof testWorld>>;

function openFeed(feed: Feed, state: { settled: number }): OpenSource | { nothing: string } {
  if (feed.nothing) return { nothing: feed.nothing };
  const end: ReadEnd = {
    complete: feed.complete ?? true,
    contentHash: feed.hash ?? JSON.stringify(feed.rows),
    ...(feed.reason ? { reason: feed.reason } : {}),
  };
  async function* read() {
    const rows = feed.failAfter === undefined ? feed.rows : feed.rows.slice(0, feed.failAfter);
    yield {
      origin: 'people.csv',
      records: rows,
      lines: Uint32Array.from(rows, (_row, index) => index + 2),
      unreadable: feed.unreadable ?? [],
      ...(feed.columns ? { columns: feed.columns } : {}),
    };
    if (feed.failAfter !== undefined) throw new Error('the connection broke');
  }
  return {
    read,
    end: () => end,
    consumptions: () => [],
    settled: async () => {
      state.settled++;
    },
    again: read,
    close: async () => {},
  };
}

/** `count` people, p1 to pN, all in one team. */
export const people = (count: number, team = 'sales'): Fields[] =>
  Array.from({ length: count }, (_, index) => ({ id: `p${index + 1}`, name: `Name ${index + 1}`, team }));
