import { checkDateFormat, numberForm } from '../../../expression/index.ts';
import type { KindEntry } from '../../catalogue/catalogue.ts';
import { isMap } from '../load-workspace.ts';
import type { DocumentCheck } from './context.ts';
import { isProblem } from '../../../model/problem.ts';
import type { Code } from '../../../model/codes.ts';

/** `record:`: there is a key, and formats of dates and numbers are known. */
export function checkRecord({ document, tell }: DocumentCheck, preset: KindEntry['preset']): void {
  const { record } = document.value;
  // Told already, by the schema.
  if (record !== undefined && record !== null && !isMap(record)) return;
  if (!isMap(record) || record.key === undefined) {
    if (preset?.key === undefined) {
      const message = 'The pipeline does not say which field is the key of a record.';
      tell('KEY_MISSING', isMap(record) ? ['record'] : ['pipeline'], message, 'Write `record: { key: FIELD }`.', {
        at: 'key',
      });
    }
  }
  if (!isMap(record) || !isMap(record.fields)) return;
  for (const [name, rule] of Object.entries(record.fields)) if (isMap(rule)) checkField(tell, name, rule);
}

function checkField(tell: DocumentCheck['tell'], name: string, rule: Record<string, unknown>): void {
  const path = ['record', 'fields', name];
  const formats = Array.isArray(rule.date) ? rule.date : [rule.date];
  for (const [index, format] of formats.entries()) {
    if (typeof format !== 'string') continue;
    told(tell, Array.isArray(rule.date) ? [...path, 'date', index] : [...path, 'date'], () => checkDateFormat(format));
  }
  const { number } = rule;
  if (typeof number === 'string') told(tell, [...path, 'number'], () => numberForm(number));
}

function told(tell: DocumentCheck['tell'], path: (string | number)[], read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (!isProblem(error)) throw error;
    tell(error.code as Code, path, error.message, error.fix);
  }
}
