import { field, type HttpMethod, type Template, type TypeOf } from '#sdk';
import { oneKind } from './one-kind.ts';

/** Where a request goes. */
export const pathField = (names: readonly string[]) =>
  field.template({
    about:
      'Path below `baseUrl`, or an absolute URL, which replaces it and goes without credentials. A hole is one encoded segment; {{{…}}} keeps slashes.',
    place: 'url',
    names,
    examples: ['/users', '/users/{{$kept.id}}'],
  });

/** Words that make a body, of which a request has one. */
export const bodyWords = ['json', 'form', 'multipart', 'xml', 'text', 'encode', 'file'] as const;

/** Words that may stand beside the method. */
export const requestWords = (names: readonly string[]) => ({
  query: field.shape({
    about: 'Parameters behind `?`. What has no value is left out; a list repeats its name.',
    type: 'object',
    names,
    optional: true,
  }),
  headers: field.shape({
    about:
      'Headers of this request. Where it goes to another host than that of `baseUrl`, those that mention `$connection` or `$session` stay here. `Idempotency-Key: =$once` makes a repeat safe where the API honours it.',
    type: 'object',
    names,
    optional: true,
  }),
  auth: field.choice(['none'], {
    about: 'This request goes without the login, and without what `http` puts on every request.',
    optional: true,
  }),
  json: field.shape({ about: 'The body, sent as JSON.', names, optional: true }),
  form: field.shape({
    about: 'The body, sent as a form; maps and lists become nested brackets: `user[name]=…`.',
    type: 'object',
    names,
    optional: true,
  }),
  multipart: field.shape({
    about:
      'The body, sent as `multipart/form-data`, by name of the part. A text, number or truth value is a field, a list several fields of that name; a map of `content`, `name` and `type` is a file, any other map is sent as JSON. `=$file`, alone or as `content`, is the file of the record, which is streamed.',
    type: 'object',
    names,
    examples: [
      { course: '=id', file: { name: 'people.txt', type: 'text/plain', content: '=$join($items.name, "\\n")' } },
    ],
    optional: true,
  }),
  xml: field.workspaceFile({
    about:
      'The body, made from a template in a file beside the connector; every hole is escaped for XML. `{{#$items}}…{{/$items}}` repeats its text for each record.',
    place: 'xml',
    names,
    optional: true,
  }),
  text: field.template({
    about: 'The body, a text with holes; nothing in it is escaped.',
    place: 'text',
    names,
    optional: true,
  }),
});

/** The records in a format: only where there are records to send. */
export const encodeField = field.raw<unknown, { about: string; optional: true }>(
  { $ref: '#/$defs/format' },
  { about: 'The body: `$items` in a format of the catalogue, such as `csv`, with its options.', optional: true },
);

/** The file of the record: only where there are records to send. */
export const fileField = (names: readonly string[]) =>
  field.reading({
    about:
      'The body: the file of the record, `=$file`, of a source with `format: file`. It is streamed with its length, and with a content type by the ending of its name unless `headers` say another.',
    names,
    examples: ['=$file'],
    optional: true,
  });

/** What a request may take beyond the words of all. */
export interface RequestOptions {
  /** It has records to send, so that `encode` may be its body. */
  sendsRecords?: boolean;
}

const ofRecords = new Set<string>(['encode', 'file']);

/** A request whose expressions see `names`. */
export function requestField(names: readonly string[], about: string, { sendsRecords = false }: RequestOptions = {}) {
  const url = pathField(names);
  const words = { ...requestWords(names), encode: encodeField, file: fileField(names) };
  const bodies = bodyWords.filter((word) => !ofRecords.has(word) || sendsRecords);
  const beside = ['query', 'headers', 'auth', ...bodies] as const;
  return oneKind(
    { get: url, post: url, put: url, patch: url, delete: url },
    sendsRecords ? words : ({ ...requestWords(names) } as typeof words),
    { get: ['query', 'headers', 'auth'], post: beside, put: beside, patch: beside, delete: beside },
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
