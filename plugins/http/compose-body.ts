import { isProblem, problem, type Fields, type Scope, type UploadBody } from '#sdk';
import { composeFile } from './compose-file.ts';
import { encodeForm } from './encode-form.ts';
import { encodeMultipart } from './encode-multipart.ts';
import type { RequestRule } from './schema/request.ts';
import type { RequestPlace } from './compose.ts';

/** A body with its type; a text is sent as UTF-8. */
export interface Body {
  contentType?: string;
  /** What else says how it is to be taken; names in lower case. */
  headers?: Record<string, string>;
  body?: string | Uint8Array | UploadBody;
}

/** What a body is made with. */
type BodyPlace = Pick<RequestPlace, 'env' | 'openFormat'>;

/** Makes the body that a rule declares. `overJson` is laid over a JSON body. */
export async function composeBody(
  place: BodyPlace,
  rule: RequestRule,
  input: unknown,
  scope: Scope,
  overJson?: Fields,
): Promise<Body> {
  const { env } = place;
  if (rule.json) {
    const made = (await rule.json.make(input, scope, env)) ?? {};
    return { contentType: 'application/json', body: JSON.stringify(overJson ? merged(made, overJson) : made) };
  }
  if (rule.file) return composeFile(rule, input, scope, env);
  if (rule.form) {
    const form = ((await rule.form.make(input, scope, env)) ?? {}) as Fields;
    return { contentType: 'application/x-www-form-urlencoded', body: encodeForm(form) };
  }
  if (rule.multipart) {
    return encodeMultipart(((await rule.multipart.make(input, scope, env)) ?? {}) as Fields, scope);
  }
  if (rule.xml?.template) {
    return { contentType: 'text/xml; charset=utf-8', body: await rule.xml.template.render(input, scope, env) };
  }
  if (rule.text) return { contentType: 'text/plain; charset=utf-8', body: await rule.text.render(input, scope, env) };
  return rule.encode === undefined ? {} : encodeRecords(place, rule.encode, scope);
}

/** Maps are merged, everything else is replaced. */
function merged(below: unknown, above: unknown): unknown {
  if (!isMap(below) || !isMap(above)) return above;
  const result: Fields = { ...below };
  for (const [key, value] of Object.entries(above)) result[key] = key in below ? merged(below[key], value) : value;
  return result;
}

const isMap = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

const contentTypes: Record<string, string> = {
  csv: 'text/csv',
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  xml: 'application/xml',
};

/** `$items` in a format of the catalogue. */
async function encodeRecords({ openFormat }: BodyPlace, written: unknown, { items }: Scope): Promise<Body> {
  const records = (items ?? []) as unknown[];
  if (!records.every(isMap)) {
    throw problem('TEMPLATE_VALUE', 'An `item` that is no map cannot stand in a format.', {
      class: 'data',
      fix: 'Make `item` a map of the fields, or send it as `json`.',
    });
  }
  if (!openFormat) throw new TypeError('formats are opened by the workspace');
  const format = openFormat(written);
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of format.encode(inOneBatch(records), columnsOf(written, records))) chunks.push(chunk);
  } catch (error) {
    // What ends a file is here the fault of the record that can't stand in the format.
    throw isProblem(error) ? problem(error.code, error.message, { class: 'data', fix: error.fix ?? '' }) : error;
  }
  return { contentType: contentTypes[format.name] ?? 'application/octet-stream', body: Buffer.concat(chunks) };
}

async function* inOneBatch(records: Fields[]): AsyncGenerator<Fields[]> {
  yield records;
}

/** All fields that any record has, where they differ and the format's own options don't say which. */
function columnsOf(written: unknown, records: readonly Fields[]): string[] | undefined {
  const [options] = isMap(written) ? Object.values(written) : [];
  if (isMap(options) && Array.isArray(options.header)) return undefined;
  return [...new Set(records.flatMap((record) => Object.keys(record)))];
}
