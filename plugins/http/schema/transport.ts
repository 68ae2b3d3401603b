import { field, type TypeOf } from '#sdk';
import { authField } from './auth.ts';
import { errorsField } from './errors.ts';
import { apiLimitField } from './limit.ts';
import { names } from './names.ts';
import { signField } from './sign.ts';

const retry = field.object(
  {
    attempts: field.integer({
      about: 'Attempts for one request, the first included.',
      minimum: 1,
      default: 6,
      optional: true,
    }),
    backoff: field.object(
      {
        from: field.duration({ about: 'Shortest wait.', default: '500ms', optional: true }),
        to: field.duration({
          about: 'Longest wait; it doubles until then, with jitter.',
          default: '60s',
          optional: true,
        }),
      },
      { about: 'Waits between attempts. A Retry-After of the server is honoured.', optional: true },
    ),
    within: field.duration({ about: 'Over all attempts of one request.', default: '1h', optional: true }),
  },
  { about: 'What happens when a request was not done.', optional: true },
);

/** `http:`, which holds for every request of a connector. */
export const transportField = field.object(
  {
    baseUrl: field.template({
      about:
        'Address that paths of requests follow. Only its own host gets the login. One that reads `$session` must lead to one of `hosts`.',
      place: 'url',
      names: names.everywhere,
      input: 'none',
      examples: ['{{$connection.url}}'],
    }),
    hosts: field.list(field.text({ about: 'A host, with a port if it is not the usual one.' }), {
      about:
        'Other hosts that pages and redirects may lead to, without the login, and those that a `baseUrl` out of a session may name. `*.` stands for any name below.',
      examples: [['*.files.acme.example']],
      optional: true,
    }),
    headers: field.shape({
      about: 'Headers of every request to the host of `baseUrl`.',
      type: 'object',
      names: names.everywhere,
      input: 'none',
      optional: true,
    }),
    query: field.shape({
      about: 'Parameters of every request to the host of `baseUrl`.',
      type: 'object',
      names: names.everywhere,
      input: 'none',
      optional: true,
    }),
    auth: authField,
    sign: signField,
    limit: field.list(apiLimitField, {
      about: 'Limits of the API, counted for each account over all runs; every one of them holds.',
      minItems: 1,
      optional: true,
    }),
    retry,
    timeout: field.duration({
      about:
        'For the beginning of an answer, and for each pause in it. Connecting has 10 s; the whole answer 5 minutes, or twice this where that is more.',
      default: '30s',
      optional: true,
    }),
    errors: errorsField(names.result),
  },
  { about: 'Holds for every request below.' },
);

/** Compiled `http:`. */
export type Transport = TypeOf<typeof transportField>;
