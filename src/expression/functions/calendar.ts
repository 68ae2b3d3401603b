import { problem } from '../../model/problem.ts';
import { timeOf } from '../text/format-date.ts';
import { dateText, localTime, momentOf, offsetText, utcMs, zoneOffsetMs, type LocalTime } from '../text/zones.ts';
import type { Environment } from '../types.ts';

/** The same clock time so many days later; also in months where clocks are changed. */
function daysLater(time: LocalTime, days: number): LocalTime {
  const moved = new Date(utcMs(time) + days * 86_400_000);
  return { ...time, year: moved.getUTCFullYear(), month: moved.getUTCMonth() + 1, day: moved.getUTCDate() };
}

function whole(value: unknown, name: string): number {
  if (Number.isInteger(value) && Math.abs(value as number) <= 1_000_000) return value as number;
  throw problem('EXPRESSION_FAILED', `$${name} needs a whole number of at most 1000000.`);
}

/** The tick's date in the pipeline's zone, `days` later. */
export function today({ now, timezone }: Environment, days: unknown): string {
  return dateText(daysLater(localTime(now, timezone), whole(days, 'today')));
}

/** The tick's month in the pipeline's zone, `months` later: `2026-11`. */
export function month({ now, timezone }: Environment, months: unknown): string {
  const time = localTime(now, timezone);
  const count = time.year * 12 + time.month - 1 + whole(months, 'month');
  return dateText({ year: Math.floor(count / 12), month: (count % 12) + 1, day: 1 }).slice(0, 7);
}

/** The tick in the pipeline's zone: `2026-11-24T05:30:00.000+03:00`. */
export function now({ now: tick, timezone }: Environment): string {
  const offset = zoneOffsetMs(timezone, tick);
  return new Date(tick + offset).toISOString().replace('Z', offsetText(offset));
}

/** A date stays a date; a moment stays UTC and keeps the time that clocks in the zone show. */
export function addDays({ timezone }: Environment, value: string, days: unknown): string {
  const moved = daysLater(timeOf(value, timezone), whole(days, 'addDays'));
  return /^\d{4}-\d{2}-\d{2}$/.test(value.trim()) ? dateText(moved) : new Date(momentOf(moved, timezone)).toISOString();
}
