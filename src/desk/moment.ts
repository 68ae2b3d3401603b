import { dateText, isCalendarDay, localTime, momentOf, twoDigits } from '../expression/text/zones.ts';

const form = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)?)?$/;

/**
 * UTC milliseconds of a date, or of a date and time, written by ISO 8601. A date is its first moment in the zone; a time
 * without an offset is one of that zone. Undefined for what is neither.
 */
export function readMoment(text: string, timezone: string): number | undefined {
  const found = form.exec(text.trim());
  if (!found) return undefined;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (!isCalendarDay(year, month, day) || hour > 23 || minute > 59 || second > 59) return undefined;
  if (found[7]) return Date.parse(text.trim().replace(' ', 'T'));
  return momentOf({ year, month, day, hour, minute, second, millisecond: 0 }, timezone);
}

/** A moment (UTC ms) as {@link readMoment} reads it in that zone, to the minute. */
export function momentText(atMs: number, timezone: string): string {
  const time = localTime(atMs, timezone);
  return `${dateText(time)}T${twoDigits(time.hour)}:${twoDigits(time.minute)}`;
}
