import type { RunResult } from '../engine/run/result.ts';
import { problem } from '../model/problem.ts';
import type { Workspace } from '../workspace/index.ts';
import { takeAt, type Door, type DoorEvent } from './doors.ts';
import { listen } from './listener.ts';
import { newRunner } from './runner.ts';
import type { Timeouts } from './timeouts.ts';

/** A repeat of an event is recognised for so long: longer than senders try. */
const REMEMBER_MS = 3 * 86_400_000;
/** The same trouble at one door is told once in so long. */
const TOLD_AGAIN_MS = 60_000;

export interface ServeOptions {
  host: string;
  port: number;
  /** Ends it: requests in flight are answered, runs are cancelled as S23 says. */
  signal: AbortSignal;
  /** One line without secrets and without anything that a request held. */
  log(line: string): void;
  /** Called when it listens. */
  listening?(port: number): void;
  timeouts?: Timeouts;
}

/**
 * Takes events in and runs the pipelines that read them, until the signal. Throws SERVE_NOTHING, SERVE_CANNOT_LISTEN and
 * what opening connections throws.
 */
export async function serve(workspace: Workspace, options: ServeOptions): Promise<void> {
  const { host, port, signal, log } = options;
  const { store, url } = workspace;
  const places = workspace.events();
  if (places.length === 0) {
    throw problem('SERVE_NOTHING', 'No pipeline of this workspace reads events.', {
      fix: 'Write `source: CONNECTOR.EVENT` in a pipeline, with EVENT under `receive:` of the connector.',
    });
  }
  const doors = places.map(({ name, maxBytes, open }): Door => ({
    ...open(),
    name,
    store: (event) => store.receiveEvent(name, event, { maxBytes, rememberMs: REMEMBER_MS }),
  }));
  const prefix = url === undefined ? '' : new URL(url).pathname.replace(/\/+$/, '');
  const teller = newTeller(log);
  for (const place of places) await place.forgetSettled();
  // First of all: what came in is on the disk before anything is run.
  const listener = await listen({
    host,
    port,
    prefix,
    doors,
    take: (door, request) => takeAt(door, request, (event) => told(door, event)),
    ...(options.timeouts ? { timeouts: options.timeouts } : {}),
  });
  const runner = newRunner({
    places,
    run: (pipeline) => workspace.run(pipeline, { signal }),
    now: () => Date.now(),
    ended: (pipeline, came) => log(endedText(pipeline, came)),
  });
  const told = (door: Door, event: DoorEvent): void => {
    if (event === 'stored') runner.arrived(door.name);
    teller(door.name, event);
  };
  const base = url === undefined ? `http://${hostText(host)}:${listener.port}` : url.replace(/\/+$/, '');
  for (const { name, pipelines } of places) {
    log(`${base}/receive/${name} → ${pipelines.map(({ pipeline }) => pipeline).join(', ')}`);
  }
  options.listening?.(listener.port);
  await aborted(signal);
  await listener.stop();
  await runner.stop();
}

const hostText = (host: string): string => (host.includes(':') ? `[${host}]` : host);

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

const troubles: Record<string, string> = {
  refused: 'a request could not be verified and was answered 401',
  unreadable: 'a body could not be read and was answered 400',
  full: 'the inbox is full, and senders are answered 503: its pipelines do not keep up, or fail',
};

/** Tells trouble, and not again for a while: a stranger who knocks all night fills no disk with it. */
function newTeller(log: (line: string) => void): (door: string, event: DoorEvent) => void {
  const toldAt = new Map<string, number>();
  return (door, event) => {
    const trouble =
      typeof event === 'object' ? `an event could not be stored (${event.failed}), answered 503` : troubles[event];
    if (trouble === undefined) return;
    const line = `${door}: ${trouble}`;
    const now = performance.now();
    if (now - (toldAt.get(line) ?? -Infinity) < TOLD_AGAIN_MS) return;
    toldAt.set(line, now);
    log(line);
  };
}

function endedText(pipeline: string, came: RunResult | { code: string; message: string }): string {
  if (!('status' in came)) return `${pipeline}: ${came.code}: ${came.message}`;
  const { status, counts, code, reason } = came;
  const delivered = Object.values(counts.delivered).reduce((sum, count) => sum + count, 0);
  const amounts = `${counts.read} read, ${delivered} delivered, ${counts.rejected} rejected`;
  return `${pipeline}: ${status}, ${amounts}${code ? `. ${code}: ${reason ?? ''}` : ''}`;
}
