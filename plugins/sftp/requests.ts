import { isProblem, problem, type Problem } from '#sdk';

/**
 * Asks the server; rejects with the server's own error, SFTP_DROPPED when the connection is lost or no answer comes in
 * time, or the signal's reason.
 */
export type Ask = <T>(send: (done: (error: Error | undefined | null, value: T) => void) => void) => Promise<T>;

/** The requests of one connection that wait for their answers: none waits for ever. */
export interface Requests {
  ask: Ask;
  /** Every request that waits, and every later one, is told that the connection was lost. */
  lose(): void;
  /** Every request that waits rejects with this. */
  fail(error: unknown): void;
  isLost(): boolean;
}

export function newRequests(on: { host: string; timeoutMs: number; signal: AbortSignal }): Requests {
  const { host, timeoutMs, signal } = on;
  const pending = new Set<(error: unknown) => void>();
  let lost: Problem | undefined;
  const lostNow = (): Problem => (lost ??= dropped(`The connection to ${host} was lost.`));
  const fail = (error: unknown): void => {
    for (const reject of [...pending]) reject(error);
    pending.clear();
  };
  const ask: Ask = (send) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      if (lost) return reject(lost);
      const onFailure = (error: unknown) => settle(reject, error);
      const settle = <V>(end: (value: V) => void, value: V) => {
        clearTimeout(timer);
        pending.delete(onFailure);
        end(value);
      };
      const late = () => onFailure(dropped(`${host} gave no answer for ${timeoutMs / 1000} s.`));
      const timer = setTimeout(late, timeoutMs);
      pending.add(onFailure);
      try {
        send((error, value) => {
          if (!error) settle(resolve, value);
          else onFailure(isLoss(error) ? (lost ?? dropped(`The connection to ${host} was lost.`)) : error);
        });
      } catch (error) {
        onFailure(error);
      }
    });
  return { ask, fail, lose: () => fail(lostNow()), isLost: () => lost !== undefined };
}

/** What ssh2 says to requests that a torn connection left without answer. */
const isLoss = (error: Error): boolean =>
  !isProblem(error) && /No response from server|Channel .*closed/.test(error.message);

const dropped = (message: string): Problem =>
  problem('SFTP_DROPPED', message, {
    fix: 'Run again; if it comes back, ask for the time-outs of server and firewall.',
  });
