import { checkDateFormat, numberForm } from '../../../expression/index.ts';
import type { KindEntry } from '../../catalogue/catalogue.ts';
import { isMap } from '../load-workspace.ts';
import type { DocumentCheck } from './context.ts';
import { isProblem } from '../../../model/problem.ts';
import type { Code } from '../../../model/codes.ts';

const types = ['text', 'date', 'number', 'list'];

/** `record:`: a key, and fields of one type each. */
export function checkRecord({ document, tell }: DocumentCheck, preset: KindEntry['preset']): void {
  const { record } = document.value;
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
  const chosen = types.filter((type) => rule[type] !== undefined);
  const [first, second] = chosen;
  if (second !== undefined) {
    const message = `A field is of one type: \`${name}\` is \`${first}\` and \`${second}\`.`;
    tell('FIELD_RULE', [...path, second], message, `Keep \`${first}\` or \`${second}\`.`, { at: 'key' });
  }
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
