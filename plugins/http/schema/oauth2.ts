import { field, type TypeOf } from '#sdk';
import { credential, optionalCredential } from './credential.ts';
import { names } from './names.ts';

const given = names.given;

/** `auth: { oauth2: … }`: a login whose request and answer are those of RFC 6749. */
export const oauth2Field = field.object(
  {
    grant: field.choice(['client', 'refresh', 'jwt', 'saml'], {
      about:
        'What is shown for a token: `client` its own id and secret (RFC 6749 section 4.4), `refresh` a refresh token, `jwt` a JWT that `key` signs (RFC 7523), `saml` a SAML 2.0 assertion that `key` signs (RFC 7522).',
    }),
    tokenUrl: field.template({
      about: 'Where tokens are given: a path below `baseUrl`, or a whole address.',
      place: 'url',
      names: given,
      input: 'none',
      examples: ['{{$connection.url}}/oauth/token'],
    }),
    clientId: credential('Who asks.', given, ['{{$connection.clientId}}']),
    clientSecret: optionalCredential('Its secret; without it only `client_id` is sent.', given, [
      '{{$connection.clientSecret}}',
    ]),
    clientAuth: field.choice(['basic', 'body'], {
      about:
        'Where id and secret stand: `basic` in a header, which every server of the standard takes (the default), `body` as `client_id` and `client_secret` of the form.',
      default: 'basic',
      optional: true,
    }),
    scope: optionalCredential('What is asked for; several words, with spaces between.', given, ['people.read']),
    refreshToken: optionalCredential(
      'The first refresh token, for `refresh`. A token that an answer gives in its place is sealed in the store and used from then on.',
      given,
      ['{{$connection.refreshToken}}'],
    ),
    key: field.template({
      about: 'Private key as PEM, for `jwt` and `saml`: RSA signs with RS256, EC P-256 with ES256 (`jwt` only).',
      place: 'text',
      names: given,
      input: 'none',
      examples: ['{{$connection.key}}'],
      optional: true,
    }),
    keyId: optionalCredential('Name of the key, sent as `kid` of a JWT.', given),
    subject: optionalCredential('For whom the token is, for `jwt` and `saml`; without it `clientId`.', given),
    issuer: optionalCredential('Who says so, for `jwt` and `saml`; without it `clientId`.', given),
    audience: optionalCredential(
      'For which server that is meant, for `jwt` and `saml`; without it `tokenUrl`.',
      given,
      ['www.successfactors.com'],
    ),
    claims: field.shape({
      about: 'Further claims of the JWT, or attributes of the assertion, by name.',
      type: 'object',
      names: given,
      input: 'none',
      examples: [{ api_key: '=$connection.clientId' }],
      optional: true,
    }),
    params: field.shape({
      about: 'Further parameters of the form.',
      type: 'object',
      names: given,
      input: 'none',
      examples: [{ company_id: '=$connection.company' }],
      optional: true,
    }),
  },
  {
    about:
      'A token of an OAuth 2 server, sent as `Authorization: Bearer …`. It is kept and renewed as with `login`; the whole answer is `$session`.',
  },
);

/** Compiled `oauth2:`. */
export type OAuth2Rule = TypeOf<typeof oauth2Field>;
