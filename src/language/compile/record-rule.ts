import { compileCondition } from '../../expression/index.ts';
import type { KindEntry } from '../catalogue/catalogue.ts';
import type { FieldRule, RecordRule } from './pipeline.ts';
import { compileReading } from './reading.ts';

type Written = Record<string, unknown>;

/** `record:` as the engine reads it; what a declared read presets holds where the document says nothing. */
export function recordRule(written: Written, preset: KindEntry['preset']): RecordRule {
  const key = written.key ?? preset?.key ?? [];
  const gone = written.gone ?? preset?.gone;
  return Object.freeze({
    key: Object.freeze(listOf(key).map(compileReading)) as RecordRule['key'],
    ...(gone === undefined ? {} : { gone: compileCondition(String(gone)) }),
    fields: Object.freeze(fieldRules(written.fields)) as FieldRule[],
  });
}

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
