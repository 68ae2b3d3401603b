import { nearestName, parseDate, parseNumber } from '../../expression/index.ts';
import type { FieldRule, RecordRule } from '../../language/compile/pipeline.ts';
import { isProblem, problem, type Problem } from '../../model/problem.ts';
import type { Fields } from '../../model/record.ts';
import { fieldText } from './field-facts.ts';

/** Why one field of a row could not be read. */
export interface FieldFault {
  code: string;
  reason: string;
  field: string;
}

/** Reads one row by `record.fields`. The record is made even where a field is at fault, so that its key can still be read. */
export interface RecordReader {
  read(row: Fields): { record: Fields; fault?: FieldFault };
}

/** A reader for rows whose columns are known (CSV), or not (undefined). Throws RECORD_COLUMN_MISSING before any row. */
export function recordReader(rule: RecordRule, timezone: string, columns?: readonly string[]): RecordReader {
  const fields = rule.fields.map((field) => ({ field, column: columns ? chooseColumn(field, columns) : undefined }));
  const consumed = new Set(fields.flatMap(({ field, column }) => (column ? [column] : field.from)));
  return {
    read(row) {
      const record: Fields = {};
      for (const name of Object.keys(row)) {
        if (!consumed.has(name) && hasValue(row[name])) record[name] = row[name];
      }
      let fault: FieldFault | undefined;
      for (const { field, column } of fields) {
        const found = column === undefined ? field.from.find((name) => hasValue(row[name])) : column;
        try {
          const value = readField(field, found === undefined ? undefined : row[found], timezone);
          if (value !== undefined) record[field.name] = value;
        } catch (error) {
          if (!isProblem(error)) throw error;
          const what = fieldText(field.name, found === undefined ? field.from : [found]);
          fault ??= { code: error.code, reason: faultReason(error, what), field: field.name };
        }
      }
      return fault ? { record, fault } : { record };
    },
  };
}

function chooseColumn(field: FieldRule, columns: readonly string[]): string {
  const found = field.from.find((name) => columns.includes(name));
  if (found !== undefined) return found;
  const nearest = nearestName(field.from[0] ?? field.name, columns);
  throw problem(
    'RECORD_COLUMN_MISSING',
    `The field ${field.name} is read from column ${field.from.map((name) => `“${name}”`).join(' or ')}, which is not in the file${nearest ? `; the nearest is “${nearest}”` : ''}. Its columns are: ${columns.join(', ')}`,
    { fix: 'Correct `from:` under record.fields, or ask for the export with that column.' },
  );
}

const hasValue = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

function readField(field: FieldRule, raw: unknown, timezone: string): unknown {
  let value = typeof raw === 'string' ? raw.trim() : raw;
  if (!hasValue(value) || (typeof value === 'string' && field.none.includes(value))) value = undefined;
  if (value === undefined) {
    if (field.required) {
      throw problem('FIELD_REQUIRED', 'There is no value, and it is required', { class: 'data' });
    }
    return field.list === undefined ? undefined : [];
  }
  if (field.text !== undefined) return String(value).padStart(field.text, '0');
  if (field.date) return parseDate(String(value), field.date, timezone);
  if (field.number !== undefined) return typeof value === 'number' ? value : parseNumber(String(value), field.number);
  if (field.list !== undefined) return asSet(value, field.list);
  return value;
}

/** Problems of values don't know whose they are. */
const faultReason = ({ code, message }: Problem, what: string): string =>
  code === 'FIELD_REQUIRED'
    ? `${what.replace('the', 'The')} has no value, and it is required`
    : `${message.replace(/[.]$/, '')} (in ${what})`;

/** A set: sorted and without repeats, so that two feeds that list it otherwise are the same feed. */
function asSet(value: unknown, separator: string): unknown[] {
  const items = Array.isArray(value) ? value : String(value).split(separator);
  const texts = items.map((item) => (typeof item === 'string' ? item.trim() : item)).filter(hasValue);
  return [...new Set(texts)].sort((a, b) => (String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0));
}
