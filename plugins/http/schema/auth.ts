import { field, type Schema, type TypeOf } from '#sdk';
import { carriers } from './carriers.ts';
import { credential } from './credential.ts';
import { loginField } from './login.ts';
import { names } from './names.ts';
import { oauth2Field } from './oauth2.ts';
import { oneKind } from './one-kind.ts';
import { aws4Field } from './sign.ts';

const about =
  'How requests say who they are. It goes to the host of `baseUrl` only. Of a list the first holds whose `when` is true of the connection.';

const kinds = {
  ...carriers(names.given),
  basic: field.object(
    { username: credential('Account.', names.given), password: credential('Its password.', names.given) },
    { about: 'Account and password, sent as `Authorization: Basic …`.' },
  ),
  oauth2: oauth2Field,
  aws4: aws4Field,
  login: loginField,
};

const beside = <W extends string>(...words: W[]) => ({
  bearer: words,
  basic: words,
  header: words,
  query: words,
  oauth2: words,
  aws4: words,
  login: words,
});

const when = field.condition({
  about: 'This one holds where that is true; without it always, so that it is the last.',
  names: names.given,
  input: 'none',
  examples: ['$exists($connection.token)'],
  optional: true,
});

const single = oneKind(kinds, {}, beside(), { about, bare: ['none'] });
const listed = oneKind(kinds, { when }, beside('when'), { about: 'One way to log in.', bare: ['none'] });

/** A compiled kind of login. */
export type Auth = TypeOf<typeof single>;
/** An entry of a list of them. */
export type AuthChoice = TypeOf<typeof listed> | 'none';

const schema: Schema = { ...single.schema, type: ['string', 'object', 'array'], items: listed.schema, minItems: 1 };

/** `auth:` of `http`. */
export const authField = field.raw<Auth | 'none' | readonly AuthChoice[], { about: string; optional: true }>(schema, {
  about,
  optional: true,
});
