import type { NumberLook } from './styles.ts';

const dayMs = 86_400_000;
/** The day before the first of the 1900 system, in which 1900 has a 29 February: from March on it is one day more. */
const start1900 = Date.UTC(1899, 11, 31);
const start1904 = Date.UTC(1904, 0, 1);
/** 31.12.9999, the last day of spreadsheets. */
const lastMs = Date.UTC(9999, 11, 31);

/**
 * A number that is shown as a day or time, as ISO text: 2026-11-24, 2026-11-24T09:30:00 (with milliseconds where there
 * are some), 09:30:00; a span as hours, minutes and seconds. Undefined where it is no such day.
 */
export function textOfDays(
  days: number,
  look: Exclude<NumberLook, 'plain' | object>,
  is1904: boolean,
): string | undefined {
  if (!(days >= 0)) return undefined;
  // Days are fractions of floating point: 09:30 is 0.39583333333333331.
  const totalMs = Math.round(days * dayMs);
  if (look === 'span' || (look === 'time' && totalMs < dayMs)) return clock(totalMs);
  const day = Math.floor(totalMs / dayMs);
  const midnight = midnightOf(day, is1904);
  if (midnight === undefined) return undefined;
  const date = new Date(midnight).toISOString().slice(0, 10);
  const rest = totalMs - day * dayMs;
  return rest === 0 && look !== 'time' ? date : `${date}T${clock(rest)}`;
}

function midnightOf(day: number, is1904: boolean): number | undefined {
  if (!is1904 && (day === 0 || day === 60)) return undefined;
  const midnight = is1904 ? start1904 + day * dayMs : start1900 + (day > 60 ? day - 1 : day) * dayMs;
  return midnight <= lastMs ? midnight : undefined;
}

function clock(ms: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const seconds = Math.floor(ms / 1000);
  const rest = ms % 1000;
  const text = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return rest === 0 ? text : `${text}.${String(rest).padStart(3, '0')}`;
}

const firstWritable = '1900-03-01';

/** The number of a day, for 2026-11-24 alone; undefined for what is no such day, or one that spreadsheets have not. */
export function dayNumber(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || text < firstWritable) return undefined;
  const ms = Date.parse(`${text}T00:00:00Z`);
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== text) return undefined;
  return (ms - start1900) / dayMs + 1;
}
