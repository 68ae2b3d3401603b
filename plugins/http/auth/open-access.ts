import { createHash } from 'node:crypto';
import {
  type ConnectionTransport,
  type Fields,
  type HttpLimits,
  type OpenContext,
  type RetryRule,
  type Scope,
} from '#sdk';
import type { Connector } from '../document.ts';
import type { Auth } from '../schema/auth.ts';
import { templateOf } from '../schema/request.ts';
import { accessOf, readsSession, type Access } from './access.ts';
import { chooseAuth } from './choose-auth.ts';
import { logIn, type LoginContext, type LoginPlan } from './log-in.ts';
import { loginPlan, loginSteps } from './login-plan.ts';
import { newLogins } from './logins.ts';
import { memorySessions } from './memory-sessions.ts';
import { oauth2Plan } from './oauth2-plan.ts';
import { ofTheRun } from './of-the-run.ts';

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
  const auth = await chooseAuth(http.auth, scope, env, connectionName);
  const tools = { http, auth, scope, env, connectionName };
  if (!auth?.login && !auth?.oauth2) {
    const fixed = await accessOf(tools);
    const { baseUrl, headers, loginHeaders, query, loginQuery, aws4 } = fixed;
    const account = hashOf([baseUrl, headers, loginHeaders, query, loginQuery, aws4]);
    return { account, current: async () => fixed, distrust: () => false, secrets: () => [] };
  }
  // A base that no session names is known to be wrong before anything is sent.
  if (!readsSession(http.baseUrl))
    await accessOf({ http: { baseUrl: http.baseUrl }, auth: undefined, scope, env, connectionName });
  const account = JSON.stringify([...nameOf(auth, http.baseUrl.text), connection]);
  const asking = {
    ...parts,
    http,
    env,
    clock,
    signal,
    connectionName,
    note: context.note,
    network: context.network,
  };
  const plan = planOf(auth, asking);
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
        throw ofTheRun(error, 'The login of the connector could not be made', '`auth`');
      }
    },
    distrust(serial = held?.serial ?? 0) {
      logins.distrust(serial);
      return true;
    },
    secrets: () => (held ? [held.session, held.loginHeaders, held.loginQuery] : []),
  };
}

/** Where a login asks, and for what: the name of an account together with the connection. */
function nameOf({ login, oauth2 }: Auth, baseUrl: string): string[] {
  if (oauth2)
    return [
      'oauth2',
      baseUrl,
      oauth2.grant,
      oauth2.tokenUrl.text,
      oauth2.scope?.text ?? '',
      oauth2.subject?.text ?? '',
    ];
  return ['login', baseUrl, ...(login ? loginSteps(login) : []).map((step) => templateOf(step).template.text)];
}

function planOf({ login, oauth2 }: Auth, asking: LoginContext): LoginPlan {
  if (oauth2) return oauth2Plan(oauth2, asking);
  if (login) return loginPlan(login, asking);
  throw new TypeError('only kinds that log in have a plan');
}

const hashOf = (parts: readonly unknown[]): string => createHash('sha256').update(JSON.stringify(parts)).digest('hex');
