import { field, type HttpMethod, type Template, type TypeOf } from '#sdk';
import { oneKind } from './one-kind.ts';

const path = (names: readonly string[]) =>
  field.template({
    about:
      'Path below `baseUrl`, or an absolute URL, which replaces it and goes without credentials. A hole is one encoded segment; {{{…}}} keeps slashes.',
    place: 'url',
    names,
    examples: ['/users', '/users/{{$kept.id}}'],
  });

/** A request whose expressions see `names`. */
export function requestField(names: readonly string[], about: string) {
  const url = path(names);
  const bodies = ['json', 'form'] as const;
  return oneKind(
    { get: url, post: url, put: url, patch: url, delete: url },
    {
      query: field.shape({
        about: 'Parameters behind `?`. What has no value is left out; a list repeats its name.',
        type: 'object',
        names,
        optional: true,
      }),
      headers: field.shape({
        about:
          'Headers of this request, sent to the host of `baseUrl` only. `Idempotency-Key: =$once` makes a repeat safe where the API honours it.',
        type: 'object',
        names,
        optional: true,
      }),
      json: field.shape({ about: 'The body, sent as JSON.', names, optional: true }),
      form: field.shape({
        about: 'The body, sent as a form; maps and lists become nested brackets: `user[name]=…`.',
        type: 'object',
        names,
        optional: true,
      }),
    },
    {
      get: ['query', 'headers'],
      post: ['query', 'headers', ...bodies],
      put: ['query', 'headers', ...bodies],
      patch: ['query', 'headers', ...bodies],
      delete: ['query', 'headers', ...bodies],
    },
    { about },
  );
}

/** A compiled request. */
export type RequestRule = TypeOf<ReturnType<typeof requestField>>;

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** The method and path of a request; the schema lets exactly one stand. */
export function templateOf(request: RequestRule): { method: HttpMethod; template: Template } {
  for (const method of methods) {
    const template = request[method];
    if (template) return { method: method.toUpperCase() as HttpMethod, template };
  }
  throw new TypeError('a request has a method by its schema');
}
