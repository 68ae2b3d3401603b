import type { Fields } from '../../model/record.ts';
import { canonicalText, changedFields } from './canonical.ts';

/** An empty text, null and an empty list are no value: a target may answer with any of them for a field that is cleared. */
export const hasValue = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0);

/** These fields of a record as they are compared with the target's: without what has no value, lists in no order. */
export function comparable(record: Fields, fields: readonly string[]): Fields {
  const compared: Fields = {};
  for (const field of fields) if (hasValue(record[field])) compared[field] = unordered(record[field]);
  return compared;
}

/** A target gives back a set in an order of its own. */
function unordered(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (!Array.isArray(value))
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, each]) => hasValue(each))
        .map(([name, each]) => [name, unordered(each)]),
    );
  const items = value.map((item: unknown) => ({ item: unordered(item), text: '' }));
  for (const one of items) one.text = canonicalText(one.item);
  return items.toSorted((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0)).map(({ item }) => item);
}

/** What of these fields is otherwise at the target: our value; null where the target has one and we have none. */
export function differing(atTarget: Fields, ours: Fields, fields: readonly string[]): Fields {
  const changed = changedFields(comparable(atTarget, fields), comparable(ours, fields)) ?? {};
  return Object.fromEntries(
    Object.entries(changed).map(([field, value]) => [field, value === null ? null : ours[field]]),
  );
}
