import { transportWord, type Fields, type OpenContext, type Scope } from '#sdk';

/** Names of the run, and `$connection` without its transport. */
export function scopeOf({ connection, scope }: Pick<OpenContext<unknown>, 'connection' | 'scope'>): Scope {
  const { [transportWord]: _route, ...options } = (connection ?? {}) as Fields;
  return { ...scope, connection: options };
}
