import { listFieldOf } from '../../compile/list-field.ts';
import type { WrittenStep } from '../../compile/steps.ts';
import { isMap } from '../load-workspace.ts';
import type { DocumentCheck } from './context.ts';
import type { FoundUse } from './pipeline.ts';

/** `record.rows`: all rows of a key are there only in a full feed, and only a `diff` waits for the last of them. */
export function checkRows(
  { document, tell }: DocumentCheck,
  steps: readonly WrittenStep[],
  sources: readonly FoundUse[],
  presetKey: unknown,
): void {
  const { record } = document.value;
  if (!isMap(record) || record.rows === undefined) return;
  const place = ['record', 'rows'];
  if (!steps.some(({ kind }) => kind === 'diff')) {
    const message = '`rows` gathers the rows of a whole feed, and without a `diff` records are delivered as they come.';
    tell('ROWS_MISPLACED', place, message, 'Add `- diff` to the steps, or leave `rows` out.', { at: 'key' });
  } else if (sources.length > 0 && !sources.some(({ use, entry }) => (use.words.feed ?? entry.feed) === 'full')) {
    const message = '`rows` gathers all rows of a key, and changes carry only some of them: the others would be lost.';
    const fix = 'Add the full source above the changes, or write `feed: full` if it always holds every row.';
    tell('ROWS_MISPLACED', place, message, fix, { at: 'key' });
  }
  if (!isMap(record.rows)) return;
  const { into } = record.rows;
  if (![record.key ?? presetKey].flat().some((key) => listFieldOf(key) === into)) return;
  const message = `"${String(into)}" is a field of the key, which the record has beside the list of rows.`;
  tell('ROWS_MISPLACED', [...place, 'into'], message, 'Give the list another name.');
}
