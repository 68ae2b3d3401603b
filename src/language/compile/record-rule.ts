import { compileCondition } from '../../expression/index.ts';
import type { KindEntry } from '../catalogue/catalogue.ts';
import type { FieldRule, RecordRule, RowsRule } from './pipeline.ts';
import { compileReading } from './reading.ts';

type Written = Record<string, unknown>;

/** `record:` as the engine reads it; what a declared read presets holds where the document says nothing. */
export function recordRule(written: Written, preset: KindEntry['preset']): RecordRule {
  const key = written.key ?? preset?.key ?? [];
  const gone = written.gone ?? preset?.gone;
  const keyReadings = Object.freeze(listOf(key).map(compileReading)) as RecordRule['key'];
  return Object.freeze({
    key: keyReadings,
    ...(gone === undefined ? {} : { gone: compileCondition(String(gone)) }),
    ...(written.rows === undefined ? {} : { rows: rowsRule(written.rows as Written, keyReadings) }),
    fields: Object.freeze(fieldRules(written.fields)) as FieldRule[],
  });
}

const rowsRule = ({ into, by }: Written, key: RecordRule['key']): RowsRule =>
  Object.freeze({
    into: String(into),
    by: Object.freeze(listOf(by).map(compileReading)) as RowsRule['by'],
    keyFields: Object.freeze(fieldsReadBy(key)) as string[],
  });

/** Fields that the readings of a key mention. */
export const fieldsReadBy = (key: RecordRule['key']): string[] => [
  ...new Set(key.flatMap(({ uses }) => uses.fields.map(({ name }) => name))),
];

function fieldRules(fields: unknown): FieldRule[] {
  return Object.entries((fields ?? {}) as Record<string, Written | null>).map(([name, rule]) =>
    Object.freeze(fieldRule(name, rule ?? {})),
  );
}

function fieldRule(name: string, rule: Written): FieldRule {
  const { text, number, list } = rule;
  return {
    name,
    from: rule.from === undefined ? [name] : listOf(rule.from),
    required: rule.required === true,
    personal: rule.personal === true,
    none: listOf(rule.none ?? []),
    ...(typeof text === 'number' ? { text } : {}),
    ...(rule.date === undefined ? {} : { date: rule.date === true ? [] : listOf(rule.date) }),
    ...(number === undefined || number === false ? {} : { number: number === true ? true : String(number) }),
    ...(typeof list === 'string' ? { list } : {}),
  };
}

const listOf = (value: unknown): string[] => (Array.isArray(value) ? value : [value]).map(String);
