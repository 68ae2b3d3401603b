import type { LoginState, Sessions } from '#sdk';

/** Logins that are forgotten with the process, for where there is no store. */
export function memorySessions(): Sessions {
  const states = new Map<string, LoginState>();
  const taken = new Set<string>();
  return {
    async findLogin(account) {
      return states.get(account);
    },
    async beginLogin(account) {
      if (taken.has(account)) return undefined;
      taken.add(account);
      return {
        async save(given) {
          const state = { ...given, serial: (states.get(account)?.serial ?? 0) + 1 };
          states.set(account, state);
          return state;
        },
        async end() {
          taken.delete(account);
        },
      };
    },
  };
}
