import type { Fields, HttpAnswer, Scope, Template } from '#sdk';
import { composeAt, type RequestPlace } from '../compose.ts';
import { headersOf } from '../header-values.ts';
import { templateOf, type RequestRule } from '../schema/request.ts';
import type { LoginRule, LoginStep } from '../schema/login.ts';
import { answerNames } from '../verdict.ts';
import { readsSession } from './access.ts';
import { cookieHeader, withCookies, type Cookies } from './cookies.ts';
import type { LoginContext, LoginPlan, LoginRequest } from './log-in.ts';

/** The requests of a declared login, in order. */
export const loginSteps = (rule: LoginRule): readonly LoginStep[] => rule.do ?? (rule.request ? [rule.request] : []);

/** A login by declared requests. */
export function loginPlan(rule: LoginRule, context: LoginContext): LoginPlan {
  const { env, clock } = context;
  return {
    reads: 'session',
    async perform(send, previous) {
      const given: Scope = { ...context.scope, ...(previous === undefined ? {} : { session: previous }) };
      const place = await placeOfLogin(context, given);
      let names: Scope = {};
      let cookies: Cookies = {};
      let last: HttpAnswer | undefined;
      for (const step of loginSteps(rule)) {
        const made = await composeLogin(place, step, { ...given, ...names });
        const credentials = { ...cookieHeader(cookies, made.request.url.origin), ...made.request.credentials };
        last = await send({ ...made, request: { ...made.request, credentials }, secrets: [cookies, names] });
        cookies = withCookies(cookies, last, clock.now());
        names = { ...names, ...namesAfter(last, step, cookies) };
      }
      if (!last) throw new TypeError('a login has a request by its schema');
      const seen = { ...context.scope, ...names };
      const session = rule.session ? await rule.session.evaluate(last.body, seen, env) : last.body;
      return { answer: last, session, expires: await rule.expires?.evaluate(last.body, seen, env), cookies };
    },
  };
}

const namesAfter = (answer: HttpAnswer, { as }: LoginStep, cookies: Cookies): Scope => ({
  ...answerNames(answer),
  cookies: Object.assign({}, ...Object.values(cookies)) as Fields,
  ...(as === undefined ? {} : { [as]: answer.body }),
});

/** Where requests of a login are made. A base out of the session can't lead to what makes the session. */
export async function placeOfLogin({ http, env, scope, connectionName }: LoginContext, given: Scope) {
  const baseUrl = readsSession(http.baseUrl) ? '' : (await http.baseUrl.render({}, given, env)).replace(/\/+$/, '');
  const home = URL.canParse(baseUrl) ? new URL(baseUrl).origin : '';
  const headers = headersOf(await http.headers?.make({}, scope, env));
  const query = ((await http.query?.make({}, scope, env)) ?? {}) as Fields;
  return { connectionName, env, baseUrl, home, headers, query } satisfies RequestPlace;
}

/** A request of a login: what it says of itself goes along, wherever it leads. */
async function composeLogin(place: RequestPlace, rule: RequestRule, scope: Scope): Promise<LoginRequest> {
  const request = await composeAt(place, rule, {}, scope);
  const isHome = request.url.origin === place.home;
  const shared = isHome && rule.auth !== 'none' ? place.headers : {};
  const credentials = { ...shared, ...request.credentials };
  return { request: { ...request, credentials }, host: hostOf(templateOf(rule).template, isHome) };
}

/** Who says where a login leads? */
export function hostOf(template: Template, isHome: boolean): LoginRequest['host'] {
  if (isHome) return 'own';
  if (!template.text.startsWith('{{')) return 'constant';
  return readsSession(template) ? 'session' : 'own';
}
