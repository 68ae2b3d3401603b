import type { Clock } from '../../model/clock.ts';
import type { Store } from '../ports.ts';
import type { Connection } from './connection.ts';
import { statement } from './statement.ts';

const claim = statement<{ pipeline: string; tick: number; now: number }>()((query, arg) =>
  query
    .insertInto('ticks')
    .values({ pipeline: arg('pipeline'), tick: arg('tick'), claimed_at: arg('now') })
    .onConflict((conflict) => conflict.columns(['pipeline', 'tick']).doNothing()),
);

/** Each scheduled instant of a pipeline once (S25), whatever the clock does. */
export function ticks(connection: Connection, clock: Pick<Clock, 'now'>): Pick<Store, 'claimTick'> {
  return {
    claimTick: async (pipeline, tick) => connection.run(claim, { pipeline, tick, now: clock.now() }).changes === 1,
  };
}
