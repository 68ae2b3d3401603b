import type { Fields, HttpAnswer, Template } from '#sdk';
import { composeAt } from '../compose.ts';
import { headersOf } from '../header-values.ts';
import { templateOf } from '../schema/request.ts';
import type { LoginRule } from '../schema/auth.ts';
import { readsSession } from './access.ts';
import type { LoginContext, LoginPlan, LoginRequest } from './log-in.ts';

/** A login by a declared request. */
export function loginPlan(rule: LoginRule, context: LoginContext): LoginPlan {
  const { http, env } = context;
  const { template } = templateOf(rule.request);
  return {
    async ask(previous) {
      const scope = { ...context.scope, ...(previous === undefined ? {} : { session: previous }) };
      // A base out of the session can't lead to what makes the session.
      const baseUrl = readsSession(http.baseUrl) ? '' : (await http.baseUrl.render({}, scope, env)).replace(/\/+$/, '');
      const home = URL.canParse(baseUrl) ? new URL(baseUrl).origin : '';
      const shared = headersOf(await http.headers?.make({}, context.scope, env));
      const query = ((await http.query?.make({}, context.scope, env)) ?? {}) as Fields;
      const place = { connectionName: context.connectionName, env, baseUrl, home, headers: shared, query };
      const request = await composeAt(place, rule.request, {}, scope);
      const credentials = { ...(request.url.origin === home ? shared : {}), ...request.credentials };
      return { request: { ...request, credentials }, host: hostOf(template, request.url.origin === home) };
    },
    async read(answer: HttpAnswer) {
      const { status, headers, links, body } = answer;
      const names = { ...context.scope, status, headers, links };
      const session = rule.session ? await rule.session.evaluate(body, names, env) : body;
      return { session, expires: await rule.expires?.evaluate(body, names, env) };
    },
  };
}

/** Who says where the login leads? */
function hostOf(template: Template, isHome: boolean): LoginRequest['host'] {
  if (isHome) return 'own';
  if (!template.text.startsWith('{{')) return 'constant';
  return readsSession(template) ? 'session' : 'own';
}
