import { newPace, type Clock, type Limit, type Pace } from '#sdk';

const paces = new Map<string, { pace: Pace; users: number }>();

/** A pace that sessions share as long as one of them is open. */
export interface SharedPace {
  pace: Pace;
  leave(): void;
}

/** Limits belong to an account, so sessions that log in alike at one address share them; `account` names both, hashed. */
export function sharePace(account: string, limits: readonly Limit[], clock: Clock): SharedPace {
  const entry = paces.get(account) ?? { pace: newPace(limits.map(limitOf), clock), users: 0 };
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

const limitOf = ({ rate, burst, concurrency }: Limit) => ({
  ...(rate === undefined ? {} : { ratePerSecond: rate }),
  ...(burst === undefined ? {} : { burst }),
  ...(concurrency === undefined ? {} : { concurrency }),
});

/** A request has its turn in both; a wish to be left alone holds off everybody of the account. */
export function bothPaces(own: Pace, account: Pace): Pace {
  return {
    async enter(signal) {
      const leaveOwn = await own.enter(signal);
      try {
        const leaveAccount = await account.enter(signal);
        return () => {
          leaveAccount();
          leaveOwn();
        };
      } catch (error) {
        leaveOwn();
        throw error;
      }
    },
    holdOff(delayMs) {
      own.holdOff(delayMs);
      account.holdOff(delayMs);
    },
  };
}
