import type { Mark, Schema } from '../../connect/sdk/index.ts';
import { isEscape } from './also-texts.ts';
import { isKindSchema } from './one-kind.ts';
import { oneOf, quoted, typesInWords } from './words.ts';

/** JSON types of a schema, as a list. */
export const typesOf = (schema: Schema): unknown[] => (Array.isArray(schema.type) ? schema.type : [schema.type]);

const marksInWords: Partial<Record<Mark['as'], string>> = {
  condition: 'a JSONata condition',
  expression: 'a JSONata expression',
  template: 'a text, in which `{{…}}` holds an expression',
  duration: 'a duration such as `30s`, `5m` or `2 days`',
  size: 'a size such as `64KB` or `1MB`',
  share: 'a share such as `5%`, or a count such as `20`',
  rate: 'a rate such as `10/s` or `600/m`',
  workspaceFile: 'the path of a file of the workspace',
};

const formatsInWords: Record<string, string> = {
  uri: 'a URL such as `https://lms.example`',
  email: 'an e-mail address',
  date: 'a date such as `2026-11-24`',
};

/** What a schema asks for, in words. */
export function expectedBy(schema: Schema): string {
  if (isEscape(schema.pattern)) {
    const { pattern: _escape, ...plain } = schema;
    return expectedBy({ ...plain, type: typesOf(schema).filter((type) => type !== 'string') });
  }
  const mark = schema['x-portolan'];
  const words = mark && marksInWords[mark.as];
  if (words !== undefined) return words;
  if (Array.isArray(schema.enum)) return oneOf(schema.enum);
  if (isKindSchema(schema)) return `${typesInWords(schema.type)}: ${oneOf(schema.oneKind)}`;
  if (typeof schema.format === 'string') return formatsInWords[schema.format] ?? `a text of the form ${schema.format}`;
  const examples = (schema.examples as unknown[] | undefined) ?? [];
  // Of several types each has an example of its own.
  const shown = examples.slice(0, typesOf(schema).length).map(quoted).join(' or ');
  if (typeof schema.pattern === 'string') {
    return `${typesInWords(schema.type ?? 'string')} such as ${shown === '' ? quoted(schema.pattern) : shown}`;
  }
  if (schema.type === undefined) return 'a value';
  return `${typesInWords(schema.type)}${shown === '' ? '' : ` such as ${shown}`}`;
}
