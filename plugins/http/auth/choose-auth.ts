import { problem, type Environment, type Scope } from '#sdk';
import type { Auth, AuthChoice } from '../schema/auth.ts';
import type { Transport } from '../schema/transport.ts';

/**
 * The kind of login that holds for a connection: of a list the first whose `when` is true. Undefined for `none`. Throws
 * AUTH_UNDECIDED where none of the list holds: nothing goes out without a login by accident.
 */
export async function chooseAuth(
  written: Transport['auth'],
  scope: Scope,
  env: Environment,
  connectionName: string,
): Promise<Auth | undefined> {
  if (written === undefined || written === 'none') return undefined;
  if (!isList(written)) return written;
  for (const choice of written) {
    if (choice === 'none') return undefined;
    if (!choice.when || (await choice.when.evaluate({}, scope, env))) return choice;
  }
  throw problem('AUTH_UNDECIDED', `None of the ways to log in under \`auth\` holds for connection ${connectionName}.`, {
    fix: 'Give the connection the options that one of them wants, or let the last one stand without `when`.',
  });
}

const isList = (written: NonNullable<Transport['auth']>): written is readonly AuthChoice[] => Array.isArray(written);
