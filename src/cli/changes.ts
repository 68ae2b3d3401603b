import { isDeepStrictEqual } from 'node:util';
import type { Change } from '../engine/run/result.ts';
import { plainLine, table } from '../tell/text/table.ts';
import type { Dress } from '../tell/summary/index.ts';
import { differenceText, type Difference } from './difference.ts';
import type { Masking } from './masking.ts';

/** One field of a change; without `before` it is new, without `after` it loses its value. */
export interface FieldChange {
  field: string;
  before?: unknown;
  after?: unknown;
  /** How the two differ, where they are masked. */
  difference?: Difference;
}

/** One record of a plan, as it may be shown. */
export interface ShownChange {
  key: string | null;
  operation: Change['operation'];
  origin: string;
  line: number | null;
  reason?: string;
  /** Of a person held by grace: the day on which it is over (`2026-11-27`), or `1 of 2 feeds`. */
  until?: string;
  fields: FieldChange[];
}

/** The fields that a change changes, masked where they are personal. */
export function shownChange(change: Change, ofPipeline: Masking): ShownChange {
  const { before = {}, after, operation, origin, line, reason, until, personal = [], isKeyPersonal = false } = change;
  const masking = personal.length > 0 || isKeyPersonal ? ofPipeline.also(personal, isKeyPersonal) : ofPipeline;
  const names = after === undefined ? [] : [...new Set([...Object.keys(after), ...Object.keys(before)])];
  const fields = names.flatMap((field): FieldChange[] => {
    const [old, now] = [before[field], after?.[field]];
    if (isDeepStrictEqual(old, now)) return [];
    const difference = old === undefined || now === undefined ? undefined : masking.difference(field, old, now);
    return [
      {
        field,
        ...(old === undefined ? {} : { before: masking.field(field, old) }),
        ...(now === undefined ? {} : { after: masking.field(field, now) }),
        ...(difference === undefined ? {} : { difference }),
      },
    ];
  });
  return {
    key: masking.key(change.key),
    operation,
    origin,
    line,
    ...(reason ? { reason } : {}),
    ...(until ? { until } : {}),
    fields,
  };
}

/** `update 004217  employees.csv line 9`, and under it field by field what was and what will be. */
export function changeText(change: ShownChange, dress: Dress): string {
  const { key, operation, origin, line, fields } = change;
  const place = line === null ? origin : `${origin} line ${line}`;
  const heading = [shaded(operation, dress), dress.strong(plainLine(key || '(no key)'))];
  if (place) heading.push(dress.quiet(plainLine(place)));
  const rows = fields.map(({ field, before, after, difference }) => [
    field,
    valueText(before),
    '→',
    valueText(after),
    difference === undefined ? '' : differenceText[difference],
  ]);
  const lines = [heading.join(' ')];
  const why = whyText(change);
  if (why) lines.push(`  ${plainLine(why)}`);
  if (rows.length > 0) lines.push(table(columns, rows).replace(/^/gm, '  '));
  return `${lines.join('\n')}\n`;
}

/** `grace: missing, until 2026-11-27` · `grace: missing, 1 of 2 feeds` · `protected: missing`. */
function whyText({ reason, until }: ShownChange): string | undefined {
  if (!reason || !until) return reason;
  return `${reason}, ${/^\d{4}-/.test(until) ? `until ${until}` : until}`;
}

const columns = [{ title: '' }, { title: '' }, { title: '' }, { title: '' }, { title: '' }];

function shaded(operation: Change['operation'], dress: Dress): string {
  if (operation === 'rejected' || operation === 'missing') return dress.bad(operation);
  return operation === 'create' || operation === 'returned' ? dress.good(operation) : dress.doubtful(operation);
}

function valueText(value: unknown): string {
  if (value === undefined) return '(none)';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
