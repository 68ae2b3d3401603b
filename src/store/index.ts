import type { Clock } from '../model/clock.ts';
import { problem } from '../model/problem.ts';
import type { Store, Vault } from './ports.ts';

export * from './entry.ts';
export type * from './cursors.ts';
export type * from './inbox.ts';
export type * from './journal.ts';
export type * from './ports.ts';
export * from './vault/index.ts';

/** What opening a store takes. `url`: `sqlite:PATH`. */
export interface StoreOptions {
  url: string;
  vault: Vault;
  /** Default the system's; heartbeats keep real time in any case. */
  clock?: Pick<Clock, 'now' | 'monotonic'>;
  /** IANA zone of the moments that problems name; default UTC. */
  timezone?: string;
}

const systemTime = { now: () => Date.now(), monotonic: () => performance.now() };

/**
 * Opens the durable memory, and makes or upgrades it. Throws STORE_URL_UNKNOWN, STORE_CANNOT_OPEN, STORE_NEWER,
 * STORE_KEY_WRONG, STORE_BUSY, STORE_DAMAGED.
 */
export async function openStore({ url, vault, clock = systemTime, timezone = 'UTC' }: StoreOptions): Promise<Store> {
  const path = pathOf(url);
  // libsql is a native library: a command that needs no store does not load it.
  const { openSqliteStore } = await import('./sqlite/store.ts');
  return openSqliteStore({ path, vault, clock, timezone });
}

function pathOf(url: string): string {
  const found = /^sqlite:(.+)$/.exec(url)?.[1];
  if (found && found !== ':memory:') return found.replace(/^\/\//, '');
  throw problem('STORE_URL_UNKNOWN', `The store “${url.split(':')[0]}:…” is not known; expected sqlite:PATH`, {
    fix: 'Write `store: sqlite:.portolan/state.db` in portolan.yaml.',
  });
}
