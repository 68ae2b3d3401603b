/** A moment as clocks in a zone show it. `month` from 1. */
export interface LocalTime {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  millisecond: number;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(timezone: string): Intl.DateTimeFormat {
  const known = formatters.get(timezone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formatters.set(timezone, made);
  return made;
}

/** How many milliseconds local time in a zone is ahead of UTC at that moment. */
export function zoneOffsetMs(timezone: string, atMs: number): number {
  if (timezone === 'UTC') return 0;
  const parts = { era: 'AD' } as Record<string, string>;
  for (const part of formatterOf(timezone).formatToParts(atMs)) parts[part.type] = part.value;
  const year = parts.era === 'BC' ? 1 - Number(parts.year) : Number(parts.year);
  const shown = utcMs({
    year,
    month: Number(parts.month),
    day: Number(parts.day),
    hour: Number(parts.hour),
    minute: Number(parts.minute),
    second: Number(parts.second),
    millisecond: 0,
  });
  return shown - Math.floor(atMs / 1000) * 1000;
}

/** The fields read as UTC; also for years below 100, which Date.UTC takes for the 1900s. */
export function utcMs(time: LocalTime): number {
  const date = new Date(0);
  date.setUTCFullYear(time.year, time.month - 1, time.day);
  date.setUTCHours(time.hour, time.minute, time.second, time.millisecond);
  return date.getTime();
}

/** A moment as a zone's clocks show it. */
export function localTime(atMs: number, timezone: string): LocalTime {
  const date = new Date(atMs + zoneOffsetMs(timezone, atMs));
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    millisecond: date.getUTCMilliseconds(),
  };
}

/**
 * The moment that a zone's clocks show so. What they show twice (clocks set back) is the earlier of the two; what they
 * leap over (set forward) moves on by the leap.
 */
export function momentOf(time: LocalTime, timezone: string): number {
  const asUtc = utcMs(time);
  const dayMs = 86_400_000;
  const before = zoneOffsetMs(timezone, asUtc - dayMs);
  const earlier = asUtc - before;
  if (zoneOffsetMs(timezone, earlier) === before) return earlier;
  const after = zoneOffsetMs(timezone, asUtc + dayMs);
  return zoneOffsetMs(timezone, asUtc - after) === after ? asUtc - after : earlier;
}

/** `+03:00`, or `Z` for UTC itself. */
export function offsetText(offsetMs: number): string {
  if (offsetMs === 0) return 'Z';
  const minutes = Math.round(Math.abs(offsetMs) / 60_000);
  return `${offsetMs < 0 ? '-' : '+'}${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
}

/** 7 becomes `07`. */
export function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/** `2026-11-24`. */
export function dateText({ year, month, day }: Pick<LocalTime, 'year' | 'month' | 'day'>): string {
  return `${String(year).padStart(4, '0')}-${twoDigits(month)}-${twoDigits(day)}`;
}

/** Whether the calendar has that day. */
export function isCalendarDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  const lastDay = new Date(0);
  lastDay.setUTCFullYear(year, month, 0);
  return day <= lastDay.getUTCDate();
}
