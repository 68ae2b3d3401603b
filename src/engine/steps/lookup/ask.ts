import type { Environment } from '../../../expression/index.ts';

/** Waits until the key was asked for. */
export type Asking = (key: string, env: Environment) => Promise<void>;

/**
 * Gathers the keys that are wanted in one turn and asks for so many at once, one request after the other. The first
 * failure ends it: what comes after it is not asked any more.
 */
export function newAsking(size: number, ask: (keys: string[], env: Environment) => Promise<void>): Asking {
  const wanted = new Map<string, Promise<void>>();
  let gathered: string[] = [];
  let begin: () => void = () => {};
  let turn: Promise<void> = Promise.resolve();
  let last: Promise<void> = Promise.resolve();

  const newTurn = (env: Environment): void => {
    const keys: string[] = [];
    const full = new Promise<void>((resolve) => {
      begin = () => {
        if (gathered === keys) gathered = [];
        resolve();
      };
    });
    setImmediate(begin);
    gathered = keys;
    const before = last;
    turn = full.then(() => before).then(() => ask(keys, env));
    last = turn;
  };
  return (key, env) => {
    const known = wanted.get(key);
    if (known) return known;
    if (gathered.length === 0) newTurn(env);
    gathered.push(key);
    if (gathered.length >= size) begin();
    wanted.set(key, turn);
    // Once it is answered it is known elsewhere.
    turn.then(
      () => wanted.delete(key),
      () => {},
    );
    return turn;
  };
}
