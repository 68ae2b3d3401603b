import { field, type TypeOf } from '#sdk';
import { carriers } from './carriers.ts';
import { names } from './names.ts';
import { oneKind } from './one-kind.ts';
import { pathField, requestField, requestWords } from './request.ts';

const use = oneKind(
  carriers(names.everywhere),
  {},
  { bearer: [], header: [], query: [] },
  { about: 'How requests carry the session.', bare: ['cookies'] },
);

const url = pathField(names.loginStep);
const words = ['query', 'headers', 'auth', 'as'] as const;
const full = [...words, 'json', 'form', 'multipart', 'xml', 'text'] as const;

const step = oneKind(
  { get: url, post: url, put: url, patch: url, delete: url },
  {
    ...requestWords(names.loginStep),
    as: field.text({
      about: 'Name of the answer: later requests, `session` and `expires` see its body as `$NAME`.',
      pattern: '^[a-z][A-Za-z0-9]*$',
      examples: ['token'],
      optional: true,
    }),
  },
  { get: words, post: full, put: full, patch: full, delete: full },
  {
    about: 'One request of a login. Beside the names it sees `$status`, `$headers` and `$links` of the answer before.',
  },
);

const rest = {
  session: field.reading({
    about: 'What of the last answer is remembered as `$session`; without it the whole body.',
    names: names.loginAnswer,
    input: 'answer',
    examples: ['$'],
    optional: true,
  }),
  expires: field.reading({
    about:
      'How long the session lasts, in seconds, or until which moment (ISO, HTTP date, Unix seconds). It is renewed up to a minute before. Without it the session lasts until an answer says `is: login` or 401.',
    names: names.loginAnswer,
    input: 'answer',
    examples: ['expires_in'],
    optional: true,
  }),
  use: field.raw<TypeOf<typeof use> | 'cookies', { about: string; optional: true }>(use.schema, {
    about:
      'How requests carry the session; `cookies` sends those that the login was answered with. It may be left out where `headers` or `query` of `http` read `$session`.',
    optional: true,
  }),
};

/** `auth: { login: … }`: one request, or several, that give a session. */
export const loginField = oneKind(
  {
    request: requestField(
      names.everywhere,
      'Asks for a session. `$session` is what the last login gave, for refresh tokens; at first there is none. Headers go with it wherever it leads; redirects are followed at the same host only.',
    ),
    do: field.list(step, {
      about:
        'Several requests instead of one, such as a token against forgery and then the login. Cookies go along with those that follow, to the host that set them; `$cookies` has those of all answers so far, by name.',
      minItems: 1,
    }),
  },
  rest,
  { request: ['session', 'expires', 'use'], do: ['session', 'expires', 'use'] },
  {
    about:
      'What gives a session. It is sealed in the store before anything uses it, all runs of the workspace share it, and one process at a time logs in.',
  },
);

export type LoginRule = TypeOf<typeof loginField>;
export type LoginStep = TypeOf<typeof step>;
