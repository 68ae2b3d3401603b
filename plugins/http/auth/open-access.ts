import { createHash } from 'node:crypto';
import {
  isProblem,
  problem,
  type ConnectionTransport,
  type Fields,
  type HttpLimits,
  type OpenContext,
  type RetryRule,
  type Scope,
} from '#sdk';
import type { Connector } from '../document.ts';
import { templateOf } from '../schema/request.ts';
import { accessOf, readsSession, type Access } from './access.ts';
import { logIn } from './log-in.ts';
import { loginPlan } from './login-plan.ts';
import { newLogins } from './logins.ts';
import { memorySessions } from './memory-sessions.ts';

/** What requests carry, and how that is renewed. */
export interface OpenAccess {
  /** Names the account without holding its secrets: who shares limits. */
  account: string;
  current(): Promise<Access>;
  /** False where nothing can be renewed. */
  distrust(serial?: number): boolean;
  /** Of the login that holds. */
  secrets(): readonly unknown[];
}

export interface AccessParts {
  connector: Connector;
  context: OpenContext<unknown>;
  /** Without its transport. */
  connection: Fields;
  scope: Scope;
  limits: HttpLimits;
  transport: ConnectionTransport;
  retry: RetryRule;
  secrets: readonly string[];
}

/** Opens the access of a connection; nothing is sent. Throws what {@link accessOf} throws where there is no login. */
export async function openAccess(parts: AccessParts): Promise<OpenAccess> {
  const { connector, context, connection, scope } = parts;
  const { http } = connector;
  const { env, clock, signal, connectionName } = context;
  const auth = http.auth === 'none' ? undefined : http.auth;
  const tools = { http, auth, scope, env, connectionName };
  if (!auth?.login) {
    const fixed = await accessOf(tools);
    const { baseUrl, headers, loginHeaders, query, loginQuery } = fixed;
    const account = hashOf([baseUrl, headers, loginHeaders, query, loginQuery]);
    return { account, current: async () => fixed, distrust: () => false, secrets: () => [] };
  }
  // A base that no session names is known to be wrong before anything is sent.
  if (!readsSession(http.baseUrl))
    await accessOf({ http: { baseUrl: http.baseUrl }, auth: undefined, scope, env, connectionName });
  const { template } = templateOf(auth.login.request);
  const account = JSON.stringify(['login', http.baseUrl.text, template.text, connection]);
  const asking = { ...parts, http, env, clock, signal, connectionName, note: context.note };
  const plan = loginPlan(auth.login, asking);
  let held: Access | undefined;
  const logins = newLogins<Access>({
    account,
    connectionName,
    sessions: context.sessions ?? memorySessions(),
    clock,
    signal,
    logIn: (previous) => logIn(plan, asking, previous),
    use: (state) => accessOf(tools, state),
  });
  return {
    account: hashOf([account]),
    async current() {
      try {
        return (held = await logins.current());
      } catch (error) {
        throw ofTheRun(error);
      }
    },
    distrust(serial = held?.serial ?? 0) {
      logins.distrust(serial);
      return true;
    },
    secrets: () => (held ? [held.session, held.loginHeaders, held.loginQuery] : []),
  };
}

/** An expression of the login that errs is no fault of the record that happens to wait for it. */
function ofTheRun(error: unknown): unknown {
  if (!isProblem(error) || error.class !== 'data') return error;
  return problem(error.code, `The login of the connector could not be made: ${error.message}`, {
    class: 'fatal',
    nothingDone: true,
    fix: 'Correct `auth` in the connector.',
  });
}

const hashOf = (parts: readonly unknown[]): string => createHash('sha256').update(JSON.stringify(parts)).digest('hex');
