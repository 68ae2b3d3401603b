import { batchRule, type Inbox, type OpenReceive, type Schema } from '../connect/sdk/index.ts';
import { cursorName } from '../engine/run/cursors.ts';
import { compileMarked, compilePipeline, timezoneOf, type SourceUse } from '../language/compile/index.ts';
import { loadTables } from '../language/load/index.ts';
import type { InboxReader, Waiting } from '../store/index.ts';
import { contextOf, type Parts } from './world.ts';

/** A pipeline that reads events of one kind, and when it is to run. */
export interface EventPipeline extends InboxReader {
  size: number;
  withinMs: number;
}

/** Events of one kind of one connection, which pipelines of the workspace read. */
export interface EventPlace {
  /** `CONNECTION/EVENT`, as it stands in the address. */
  name: string;
  pipelines: EventPipeline[];
  /** Bytes that may wait. */
  maxBytes: number;
  /** Opens the door; secrets of the connection are filled in now. */
  open(): OpenReceive;
  waitingFor(pipeline: EventPipeline): Promise<Waiting>;
  /** Forgets what all of them have settled: a run that was killed at its very end did not come to it. */
  forgetSettled(): Promise<void>;
}

/** Every kind of events that some pipeline reads, by name. */
export function eventPlaces(parts: Parts): EventPlace[] {
  const { store } = parts;
  const uses = new Map<string, { use: SourceUse; pipelines: EventPipeline[] }>();
  for (const { pipeline, use } of eventUses(parts)) {
    const place = uses.get(nameOf(use)) ?? { use, pipelines: [] };
    const { size, withinMs } = batchRule(use.options);
    place.pipelines.push({ pipeline, source: cursorName({ scope: {} }, use), size, withinMs });
    uses.set(nameOf(use), place);
  }
  const named = [...uses].sort(([a], [b]) => (a < b ? -1 : 1));
  return named.map(([name, { use, pipelines }]) => ({
    name,
    pipelines,
    maxBytes: inboxBytes(parts),
    open: () => openDoor(parts, use),
    waitingFor: (reader) => store.waitingFor(name, reader),
    forgetSettled: () => store.forgetEvents(name, pipelines),
  }));
}

/** The inbox of a source, for a run: what was settled by all its readers is forgotten. */
export function inboxOf(parts: Parts, use: SourceUse): Inbox {
  const { store } = parts;
  const name = nameOf(use);
  return {
    newest: () => store.newestEvent(name),
    events: (range) => store.events(name, range),
    settled() {
      const readers = eventUses(parts).filter((other) => nameOf(other.use) === name);
      return store.forgetEvents(
        name,
        readers.map(({ pipeline, use: own }) => ({ pipeline, source: cursorName({ scope: {} }, own) })),
      );
    },
  };
}

/** A connector without options of its own has no connection, and stands for it. */
function nameOf({ kind, connection }: SourceUse): string {
  const [connector = '', ...event] = kind.split('.');
  return `${connection ?? connector}/${event.join('.')}`;
}

/** Sources of events, by pipeline. */
function eventUses({ loaded, catalogue }: Parts): { pipeline: string; use: SourceUse }[] {
  const pipelines = loaded.documents.filter(({ kind }) => kind === 'pipeline');
  return pipelines.flatMap(({ name }) =>
    compilePipeline(loaded, name, catalogue)
      .sources.filter(({ isInbound }) => isInbound)
      .map((use) => ({ pipeline: name, use })),
  );
}

function openDoor(parts: Parts, use: SourceUse): OpenReceive {
  const { loaded, kinds, clock } = parts;
  const tables = loadTables(loaded);
  const env = {
    // A door stays open for weeks.
    get now() {
      return clock.now();
    },
    timezone: timezoneOf(loaded),
    tables: (name: string) => tables.get(name),
  };
  const opening = { scope: {}, env, signal: new AbortController().signal, note: () => {} };
  return kinds.receive(use.kind).open(contextOf(parts, use, opening));
}

function inboxBytes({ loaded, catalogue }: Parts): number {
  const schema = (catalogue.documents.workspace.properties as { limits: Schema }).limits;
  return (compileMarked(schema, loaded.workspace?.value.limits ?? {}) as { inbox: number }).inbox;
}
