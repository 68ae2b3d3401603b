import { newPace, type Allowances, type Clock, type Limit, type Pace } from '#sdk';

type Paces = Map<string, { pace: Pace; users: number }>;

/** By the store that counts for all; without one this process counts alone. */
const pacesOf = new WeakMap<object, Paces>();
const alone = {};

/** A pace that sessions share as long as one of them is open. */
export interface SharedPace {
  pace: Pace;
  leave(): void;
}

/**
 * Limits belong to an account, so sessions that log in alike at one address share them, over all processes where there
 * are `allowances`. `name` names address, account and rule, and holds no secret.
 */
export function sharePace(
  name: string,
  limits: readonly Limit[],
  clock: Clock,
  allowances: Allowances | undefined,
): SharedPace {
  const counter = allowances ?? alone;
  const paces: Paces = pacesOf.get(counter) ?? new Map();
  pacesOf.set(counter, paces);
  const made = (): Pace => newPace(limits.map(limitOf), clock, allowances && { name, allowances });
  const entry = paces.get(name) ?? { pace: made(), users: 0 };
  entry.users += 1;
  paces.set(name, entry);
  let left = false;
  return {
    pace: entry.pace,
    leave() {
      if (left) return;
      left = true;
      entry.users -= 1;
      if (entry.users === 0) paces.delete(name);
    },
  };
}

const limitOf = ({ rate, burst, concurrency }: Limit) => ({
  ...(rate === undefined ? {} : { ratePerSecond: rate }),
  ...(burst === undefined ? {} : { burst }),
  ...(concurrency === undefined ? {} : { concurrency }),
});

/** A request has its turn in each of these paces, in order. */
export async function enterAll(paces: readonly Pace[], signal: AbortSignal): Promise<() => Promise<void>> {
  const exits: (() => Promise<void>)[] = [];
  const leave = async (): Promise<void> => {
    for (const exit of exits.splice(0).reverse()) await exit();
  };
  try {
    for (const pace of paces) exits.push(await pace.enter(signal));
    return leave;
  } catch (error) {
    await leave();
    throw error;
  }
}
