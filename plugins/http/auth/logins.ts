import { isProblem, type Clock, type LoginState, type Sessions } from '#sdk';

/** Looked for a login that another process is at, so often. */
const pollMs = 100;

/** The login of an account, made when it is needed and shared with all who use the account. */
export interface Logins<T> {
  /** What the login that holds now gives; logs in where there is none. Throws LOGIN_FAILED and what a login throws. */
  current(): Promise<T>;
  /** The other side does not accept this login any more: it is not used again by this process. */
  distrust(serial: number): void;
}

export interface LoginTools<T> {
  /** Names connector and connection, with their secrets. */
  account: string;
  connectionName: string;
  sessions: Sessions;
  clock: Clock;
  signal: AbortSignal;
  /** Logs in; `previous` is what the account's last login gave. */
  logIn(previous: LoginState | undefined): Promise<Omit<LoginState, 'serial'>>;
  /** What requests need of a login. Throws LOGIN_FAILED where it does not hold what they want. */
  use(state: LoginState): Promise<T>;
}

export function newLogins<T>(tools: LoginTools<T>): Logins<T> {
  const { account, sessions, clock } = tools;
  let known: { state: LoginState; made: T } | undefined;
  let distrusted = 0;
  let pending: Promise<T> | undefined;

  const isGood = (state: LoginState | undefined): state is LoginState =>
    state !== undefined &&
    state.serial > distrusted &&
    (state.expiresAt === undefined || clock.now() < state.expiresAt);

  const adopt = async (state: LoginState): Promise<T> => {
    known = { state, made: await tools.use(state) };
    return known.made;
  };

  /** Undefined where what is stored can't be used: it is of another day of the document. */
  const adoptStored = async (): Promise<T | undefined> => {
    const stored = await sessions.findLogin(account);
    if (!isGood(stored)) return undefined;
    try {
      return await adopt(stored);
    } catch (error) {
      if (!isProblem(error) || error.code !== 'LOGIN_FAILED') throw error;
      distrusted = stored.serial;
      return undefined;
    }
  };

  const renew = async (): Promise<T> => {
    for (;;) {
      const made = (await adoptStored()) ?? (await underTurn());
      if (made !== undefined) return made;
      await clock.sleep(pollMs, tools.signal);
    }
  };

  /** Undefined while another one is at it. */
  const underTurn = async (): Promise<T | undefined> => {
    const turn = await sessions.beginLogin(account, tools.connectionName);
    if (!turn) return undefined;
    try {
      // Another one may have logged in between the look and the turn.
      const made = await adoptStored();
      if (made !== undefined) return made;
      const given = await tools.logIn(await sessions.findLogin(account));
      return await adopt(await turn.save(given));
    } finally {
      await turn.end();
    }
  };

  return {
    async current() {
      if (isGood(known?.state)) return (known as { made: T }).made;
      pending ??= renew().finally(() => (pending = undefined));
      return pending;
    },
    distrust(serial) {
      distrusted = Math.max(distrusted, serial);
    },
  };
}
