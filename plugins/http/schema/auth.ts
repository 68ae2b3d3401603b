import { field, type TypeOf } from '#sdk';
import { names } from './names.ts';
import { oneKind } from './one-kind.ts';
import { requestField } from './request.ts';

const about = 'How requests say who they are. It goes to the host of `baseUrl` only.';

const credential = (text: string, visible: readonly string[], examples: readonly string[] = []) =>
  field.template({ about: text, place: 'header', names: visible, input: 'none', examples });

const carriers = (visible: readonly string[]) => ({
  bearer: credential('A token, sent as `Authorization: Bearer …`.', visible),
  header: field.map(credential('Value of the header.', visible), {
    about: 'Headers of the API that carry the login.',
  }),
  query: field.shape({
    about: 'Parameters behind `?` that carry the login. They stand in addresses, which other systems may log.',
    type: 'object',
    names: visible,
    input: 'none',
  }),
});

const use = oneKind(
  carriers(names.everywhere),
  {},
  { bearer: [], header: [], query: [] },
  { about: 'How requests carry the session.', bare: ['cookies'] },
);

const login = field.object(
  {
    request: requestField(
      names.everywhere,
      'Asks for a session. `$session` is what the last login gave, for refresh tokens; at first there is none. Headers go with it wherever it leads; redirects are followed at the same host only.',
    ),
    session: field.reading({
      about: 'What of the answer is remembered as `$session`; without it the whole body.',
      names: names.anyAnswer,
      input: 'answer',
      examples: ['$'],
      optional: true,
    }),
    expires: field.reading({
      about:
        'How long the session lasts, in seconds, or until which moment (ISO, HTTP date, Unix seconds). It is renewed up to a minute before. Without it the session lasts until an answer says `is: login` or 401.',
      names: names.anyAnswer,
      input: 'answer',
      examples: ['expires_in'],
      optional: true,
    }),
    use: field.raw<TypeOf<typeof use> | 'cookies', { about: string; optional: true }>(use.schema, {
      about:
        'How requests carry the session; `cookies` sends those that the login was answered with. It may be left out where `headers` or `query` of `http` read `$session`.',
      optional: true,
    }),
  },
  {
    about:
      'A request that gives a session. It is sealed in the store before anything uses it, all runs of the workspace share it, and one process at a time logs in.',
  },
);

const kinds = {
  ...carriers(names.given),
  basic: field.object(
    { username: credential('Account.', names.given), password: credential('Its password.', names.given) },
    { about: 'Account and password, sent as `Authorization: Basic …`.' },
  ),
  login,
};
const beside = { bearer: [], basic: [], header: [], query: [], login: [] };

const single = oneKind(kinds, {}, beside, { about, bare: ['none'] });

/** A compiled kind of login. */
export type Auth = TypeOf<typeof single>;
export type LoginRule = TypeOf<typeof login>;

/** `auth:` of `http`. */
export const authField = field.raw<Auth | 'none', { about: string; optional: true }>(single.schema, {
  about,
  optional: true,
});
