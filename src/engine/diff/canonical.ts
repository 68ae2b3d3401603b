import type { Fields } from '../../model/record.ts';

/**
 * The text that two records share exactly when they are the same to a diff: keys sorted, no spaces, keys without a
 * value left out. Sets are ordered where they are read (`record.fields` with `list`), so a list is compared as it stands.
 */
export function canonicalText(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  const fields = value as Fields;
  let text = '';
  for (const name of Object.keys(fields).sort()) {
    if (fields[name] === undefined) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${canonicalText(fields[name])}`;
  }
  return `{${text}}`;
}

/** Field by field: the new whole value where it differs; null where a managed field lost its value. Undefined: nothing differs. */
export function changedFields(before: Fields, after: Fields): Fields | undefined {
  const changed: Fields = {};
  for (const name of Object.keys(after)) {
    if (after[name] === undefined) continue;
    if (before[name] === undefined || canonicalText(before[name]) !== canonicalText(after[name]))
      changed[name] = after[name];
  }
  for (const name of Object.keys(before)) {
    if (before[name] !== undefined && after[name] === undefined) changed[name] = null;
  }
  return Object.keys(changed).length > 0 ? changed : undefined;
}
