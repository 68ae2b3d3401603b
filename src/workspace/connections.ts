import { timezoneOf, writtenConnections } from '../language/compile/index.ts';
import { nearestName } from '../expression/index.ts';
import { isProblem, problem, type Problem } from '../model/problem.ts';
import type { World } from '../engine/run/world.ts';
import type { Trial } from '../connect/sdk/index.ts';
import { contextOf, type Parts } from './world.ts';

/** How a connection of the workspace took being tried. */
export type TriedConnection = { name: string; kind: string; durationMs: number } & (
  { is: 'good'; shows?: string } | { is: 'untried' } | { is: 'bad'; problem: Problem }
);

/** What a server has to answer within, whatever the connection allows a run. */
const PATIENCE_MS = 60_000;

/**
 * Logs in to each of these connections, all of them without names, and asks for something harmless. Nothing is written
 * at the other side. Throws CONNECTION_UNKNOWN with the nearest name before anything is asked.
 */
export async function tryConnections(parts: Parts, world: World, names: readonly string[]): Promise<TriedConnection[]> {
  const all = writtenConnections(parts.loaded);
  const known = all.map(({ name }) => name);
  for (const name of names) {
    if (known.includes(name)) continue;
    const near = nearestName(name, known);
    throw problem('CONNECTION_UNKNOWN', `There is no connection “${name}” in portolan.yaml`, {
      fix: near ? `Did you mean “${near}”?` : `There are: ${known.join(', ') || 'none'}.`,
    });
  }
  const chosen = names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
  return Promise.all(
    chosen.map(async ({ name, kind }) => {
      const began = parts.clock.monotonic();
      const came = await tryOne(parts, world, name, kind);
      return { name, kind, durationMs: Math.round(parts.clock.monotonic() - began), ...came };
    }),
  );
}

type Came = { is: 'good'; shows?: string } | { is: 'untried' } | { is: 'bad'; problem: Problem };

async function tryOne(parts: Parts, world: World, name: string, kind: string): Promise<Came> {
  const now = parts.clock.now();
  const env = { now, timezone: timezoneOf(parts.loaded), tables: (table: string) => world.tables(table) };
  const signal = AbortSignal.timeout(PATIENCE_MS);
  try {
    const context = contextOf(
      parts,
      { kind, connection: name, options: {}, written: kind },
      { scope: {}, env, signal, note: () => {} },
    );
    const trial: Trial | undefined = await parts.kinds.trial(kind)(context);
    return trial ? { is: 'good', ...trial } : { is: 'untried' };
  } catch (error) {
    if (isProblem(error)) return { is: 'bad', problem: error };
    if (!signal.aborted) throw error;
    return {
      is: 'bad',
      problem: problem('CONNECTION_SILENT', `Connection ${name} gave no answer within ${PATIENCE_MS / 1000} s.`, {
        fix: 'Check its address, and what stands between: a firewall that drops packets answers nothing.',
      }),
    };
  }
}
