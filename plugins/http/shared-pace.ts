import { newPace, type Clock, type Pace } from '#sdk';
import type { Transport } from './schema/transport.ts';

const paces = new Map<string, { pace: Pace; users: number }>();

/** A pace that sessions share as long as one of them is open. */
export interface SharedPace {
  pace: Pace;
  leave(): void;
}

/** Limits belong to an account, so sessions that log in alike at one address share them; `account` names both, hashed. */
export function sharePace(account: string, { limit = [] }: Transport, clock: Clock): SharedPace {
  const entry = paces.get(account) ?? { pace: newPace(limit.map(limitOf), clock), users: 0 };
  entry.users += 1;
  paces.set(account, entry);
  let left = false;
  return {
    pace: entry.pace,
    leave() {
      if (left) return;
      left = true;
      entry.users -= 1;
      if (entry.users === 0) paces.delete(account);
    },
  };
}

type Limit = NonNullable<Transport['limit']>[number];

const limitOf = ({ rate, burst, concurrency }: Limit) => ({
  ...(rate === undefined ? {} : { ratePerSecond: rate }),
  ...(burst === undefined ? {} : { burst }),
  ...(concurrency === undefined ? {} : { concurrency }),
});
