import {
  eitherType,
  typeOfConstant,
  typeOfField,
  typesIn,
  type FieldTypes,
  type ValueType,
} from '../../../expression/index.ts';
import type { Catalogue } from '../../catalogue/catalogue.ts';
import type { WrittenStep } from '../../compile/steps.ts';
import { oneOrList, writtenUse } from '../../compile/written-use.ts';
import { isMap } from '../load-workspace.ts';

/** Types of the fields as `record:` reads them: by its rules, and text where the format knows no other cells. */
export function typesOfRecord({ source, record }: Record<string, unknown>, { formats }: Catalogue): FieldTypes {
  const sources = oneOrList(source, []).map(({ item }) => writtenUse(item)?.words.format);
  const isText = sources.every((format) => {
    const kind = writtenUse(format)?.kind;
    return kind !== undefined && Object.hasOwn(formats, kind) && formats[kind]?.cells === 'text';
  });
  const rest = isText && sources.length > 0 ? ({ rest: 'column' } as const) : {};
  const rules = isMap(record) && isMap(record.fields) ? Object.entries(record.fields) : [];
  const named = rules.map(([name, rule]) => [name, typeOfRule(name, isMap(rule) ? rule : {}, rest.rest)] as const);
  return { named: new Map(named), ...rest };
}

function typeOfRule(name: string, rule: Record<string, unknown>, rest: FieldTypes['rest']): ValueType | undefined {
  if (rule.text !== undefined) return { is: 'text' };
  if (rule.date !== undefined) return { is: 'date' };
  if (rule.number !== undefined) return { is: 'number' };
  if (rule.list !== undefined) return { is: 'list', of: rest && { is: 'text' } };
  return rest && { is: 'text', column: name };
}

/** Types after a `map` or `set`; a step with a condition leaves some records as they were. */
export function typesAfter(types: FieldTypes, { kind, options, words }: WrittenStep): FieldTypes {
  if (!isMap(options)) return kind === 'map' ? { named: new Map() } : types;
  const made = new Map(Object.entries(options).map(([name, leaf]) => [name, typeOfLeaf(leaf, types)] as const));
  const isForAll = words.when === undefined && words.only === undefined;
  if (kind === 'map') return { named: isForAll ? made : new Map() };
  const named = new Map(types.named);
  for (const [name, type] of made) {
    named.set(name, isForAll ? type : eitherType(typeOfField(types, name), type));
  }
  return { ...types, named };
}

function typeOfLeaf(leaf: unknown, types: FieldTypes): ValueType | undefined {
  if (typeof leaf !== 'string' || !leaf.startsWith('=')) return typeOfConstant(leaf);
  return typesIn(leaf, types).type;
}
