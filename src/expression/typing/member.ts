import type { Node } from '../tree.ts';
import { described, type Clash } from './clash.ts';
import { beginOf, endOf } from './shown.ts';
import { typeOfField, type FieldTypes } from './value-type.ts';

/** `Таб. номер`: something is read out of a field that is a single value. Most often it is one name with a dot in it. */
export function memberClash(text: string, { steps = [] }: Node, fields: FieldTypes): Clash | undefined {
  const [field, member] = steps;
  if (field?.type !== 'name' || member?.type !== 'name' || field.stages || field.predicate) return undefined;
  const type = typeOfField(fields, String(field.value));
  if (!type || type.is === 'list') return undefined;
  const begin = beginOf(text, field);
  const last = steps.findLast((step) => step.type === 'name') ?? member;
  const whole = text.slice(begin, endOf(last));
  const side = { type, shown: text.slice(begin, endOf(field)) };
  return {
    message: `${described(side)}, so nothing can be read out of it by \`${whole}\``,
    fix: `If that is the name of one column, put it into backquotes: \`${whole.replaceAll('`', '')}\`.`,
  };
}
