import type { Mark, Schema } from '../../../connect/sdk/index.ts';
import { isEscape } from '../also-texts.ts';
import { isKindSchema, type KindSchema } from '../one-kind.ts';

/** One line of a table of options; `name` holds the way to it, as in `guard.missing`. */
export interface OptionRow {
  name: string;
  type: string;
  required: boolean;
  default?: unknown;
  about: string;
}

const markNames: Record<Mark['as'], string> = {
  condition: 'condition',
  expression: 'expression',
  shape: 'shape',
  template: 'text with `{{…}}`',
  duration: 'duration',
  size: 'size',
  share: 'share or count',
  rate: 'rate',
  secret: 'secret',
  workspaceFile: 'path in the workspace',
};

/** How far the rows go. */
interface Opening {
  root: Schema;
  /** Are places that have kinds opened too? Those of a pipeline are not: each kind has a page of its own. */
  kinds: boolean;
  seen: Set<string>;
}

/** Every option of a schema and of the maps below it, in order. The same schema is shown where it is used first. */
export function optionRows(schema: Schema, { kinds = false }: { kinds?: boolean } = {}): OptionRow[] {
  return rowsOf(schema, '', { root: schema, kinds, seen: new Set() });
}

function rowsOf(schema: Schema, path: string, opening: Opening): OptionRow[] {
  const required = (schema.required as string[] | undefined) ?? [];
  return Object.entries((schema.properties ?? {}) as Record<string, Schema>).flatMap(([key, written]) => {
    const option = followed(written, opening.root);
    const name = `${path}${key}`;
    const row: OptionRow = {
      name,
      type: typeName(option),
      required: required.includes(key),
      ...(option.default === undefined ? {} : { default: option.default }),
      about: String(option.description ?? ''),
    };
    return [row, ...rowsBelow(option, name, opening)];
  });
}

/** Words beside a kind, each as one row. */
export function wordRows(schema: KindSchema, kind: string, words: readonly string[], root: Schema): OptionRow[] {
  const required = schema.dependentSchemas?.[kind]?.required ?? [];
  return words.map((name) => {
    const word = followed(schema.properties[name] ?? {}, root);
    return {
      name,
      type: typeName(word),
      required: required.includes(name),
      ...(word.default === undefined ? {} : { default: word.default }),
      about: String(word.description ?? ''),
    };
  });
}

/** Maps of fixed keys, maps of names (`name.*`) and lists (`name[]`) are opened; the same schema only once. */
function rowsBelow(option: Schema, name: string, opening: Opening): OptionRow[] {
  const below: [Schema | undefined, string][] = [
    [option.properties ? option : undefined, `${name}.`],
    [mapOf(option.additionalProperties), `${name}.*.`],
    [mapOf(option.items), `${name}[].`],
  ];
  return below.flatMap(([schema, path]) => {
    if (!schema) return [];
    const found = followed(schema, opening.root);
    const identity = JSON.stringify(found.properties ?? {});
    if (!found.properties || (isKindSchema(found) && !opening.kinds) || opening.seen.has(identity)) return [];
    opening.seen.add(identity);
    return rowsOf(found, path, opening);
  });
}

const mapOf = (schema: unknown): Schema | undefined =>
  typeof schema === 'object' && schema !== null ? (schema as Schema) : undefined;

function followed(schema: Schema, root: Schema): Schema {
  const name = typeof schema.$ref === 'string' ? schema.$ref.replace('#/$defs/', '') : undefined;
  if (name === undefined) return schema;
  return { ...(root.$defs as Record<string, Schema> | undefined)?.[name], ...schema };
}

/** What an option is, in a word or two. */
export function typeName(schema: Schema): string {
  const mark = schema['x-portolan'];
  if (mark) return markNames[mark.as];
  if (isKindSchema(schema)) return `one of ${schema.oneKind.map((kind) => `\`${kind}\``).join(', ')}`;
  const values = schema.enum as unknown[] | undefined;
  if (values) return values.map((value) => `\`${String(value)}\``).join(', ');
  const listed = (schema.then as Schema | undefined)?.enum as unknown[] | undefined;
  if (listed) return `${listed.map((value) => `\`${String(value)}\``).join(', ')}, or a list of them`;
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  const forms = schema.anyOf as Schema[] | undefined;
  if (forms && schema.type === undefined) {
    return forms
      .filter((form) => !isEscape(form.pattern))
      .map(typeName)
      .join(' or ');
  }
  const types = ([schema.type ?? 'any'].flat() as string[]).map((type) => typeWords[type] ?? type);
  return types.join(' or ');
}

const typeWords: Record<string, string> = {
  string: 'text',
  integer: 'whole number',
  number: 'number',
  boolean: '`true`, `false`',
  object: 'map',
  array: 'list',
  null: 'nothing',
  any: 'any value',
};

/** The rows as a Markdown table. */
export function optionsTable(rows: readonly OptionRow[]): string {
  const lines = rows.map(({ name, type, required, default: standard, about }) =>
    [`\`${name}\`${required ? ' (required)' : ''}`, type, standard === undefined ? '' : `\`${shown(standard)}\``, about]
      .map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' '))
      .join(' | '),
  );
  return [
    '| option | type | default | about |',
    '| --- | --- | --- | --- |',
    ...lines.map((line) => `| ${line} |`),
  ].join('\n');
}

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
