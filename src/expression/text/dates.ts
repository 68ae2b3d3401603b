import { problem, type Problem } from '../../model/problem.ts';
import { pictureParts, type PictureField } from './pictures.ts';
import { dateText, isCalendarDay, momentOf, utcMs, type LocalTime } from './zones.ts';

/** What one format makes of a text: the result, that the text has another form, or that it names no real moment. */
type Reading = { text: string } | 'another form' | 'impossible';

/** Formats with a name of their own; all others are pictures such as `DD.MM.YYYY HH:mm`. */
const named: Record<string, (text: string, timezone: string) => Reading> = {
  iso: readIso,
  serial: readSerial,
  unix: (text) => readUnix(text, 1000),
  unixms: (text) => readUnix(text, 1),
  odata: readODate,
};

/** For `validate`: formats that have a name. */
export const namedDateFormats: readonly string[] = Object.keys(named);

/** Throws DATE_FORMAT for a format that {@link parseDate} does not know or cannot read with. */
export function checkDateFormat(format: string): void {
  if (!Object.hasOwn(named, format)) patternOf(format);
}

/**
 * Reads a date in the first format that fits: `2026-11-24` for dates, UTC such as `2026-11-24T10:00:00.000Z` where the
 * format has a time. A time without a zone is one in `timezone` (IANA). Formats: pictures, `iso`, `serial` (a
 * spreadsheet's day number, 1900 system), `unix` (seconds), `unixms`, `odata` (`/Date(…)/` of OData 2). Throws DATE_UNREADABLE, and DATE_FORMAT.
 */
export function parseDate(text: string | number, formats: string | readonly string[], timezone: string): string {
  const written = String(text).trim();
  const tried = typeof formats === 'string' ? [formats] : formats;
  let impossible = false;
  for (const format of tried) {
    const reading = Object.hasOwn(named, format)
      ? named[format]?.(written, timezone)
      : readPicture(written, format, timezone);
    if (typeof reading === 'object') return reading.text;
    impossible ||= reading === 'impossible';
  }
  throw unreadable(tried, impossible);
}

function unreadable(formats: readonly string[], impossible: boolean): Problem {
  const expected = formats.join(' or ');
  const found = impossible ? 'A date has the right form, but there is no such day or time' : 'A text is not a date';
  return problem('DATE_UNREADABLE', `${found}; expected ${expected}.`, {
    fix: 'Correct it at the source, or name its format as well.',
  });
}

function readIso(text: string, timezone: string): Reading {
  const match =
    /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i.exec(
      text,
    );
  if (!match) return 'another form';
  const [, year, month, day, hour, minute, second = '0', fraction = '', zone] = match;
  const millisecond = Number(fraction.slice(0, 3).padEnd(3, '0'));
  const time = timeOf({ year, month, day, hour, minute, second, millisecond });
  if (!zone) return readingOf(time, hour !== undefined, timezone);
  return isReal(time) ? instant(utcMs(time) - zoneMs(zone)) : 'impossible';
}

function zoneMs(zone: string): number {
  if (/^z$/i.test(zone)) return 0;
  const [, sign, hours, minutes = '0'] = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

/** The last day that a spreadsheet knows: 31 December 9999. */
const lastSerial = 2_958_465;

/**
 * Day 1 is 1 January 1900, and there is a day 60 that never was, 29 February 1900: Lotus 1-2-3 took 1900 for a leap year
 * and every spreadsheet kept it (ECMA-376 part 1, 18.17.4.1).
 */
function readSerial(text: string, timezone: string): Reading {
  const match = /^(\d{1,7})(?:[.,](\d+))?$/.exec(text);
  if (!match) return 'another form';
  const days = Number(match[1]);
  if (days < 1 || days > lastSerial || days === 60) return 'impossible';
  const epoch = Date.UTC(1899, 11, days > 60 ? 30 : 31);
  const seconds = Math.round(Number(`0.${match[2] ?? '0'}`) * 86_400);
  const date = new Date(epoch + days * 86_400_000 + seconds * 1000);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
  const [hour, minute, second] = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()];
  return readingOf({ year, month, day, hour, minute, second, millisecond: 0 }, match[2] !== undefined, timezone);
}

function readUnix(text: string, unitMs: number): Reading {
  if (!/^-?\d{1,16}(\.\d+)?$/.test(text)) return 'another form';
  const ms = Math.round(Number(text) * unitMs);
  return Math.abs(ms) <= 8_640_000_000_000_000 ? instant(ms) : 'impossible';
}

/**
 * `/Date(1795478400000)/` of OData 2: milliseconds of UTC, and behind a sign the minutes of a zone. Midnight without a zone
 * is a date, which that form has no other way to say.
 */
function readODate(text: string): Reading {
  const [, ms, zone] = /^\/Date\((-?\d{1,16})([+-]\d{1,4})?\)\/$/.exec(text) ?? [];
  if (ms === undefined) return 'another form';
  const moment = readUnix(ms, 1);
  const isDay = zone === undefined && Number(ms) % 86_400_000 === 0;
  return typeof moment === 'object' && isDay ? { text: moment.text.slice(0, 10) } : moment;
}

interface Pattern {
  regex: RegExp;
  fields: PictureField[];
  hasTime: boolean;
}

const digitsOf: Partial<Record<PictureField, string>> = {
  YYYY: '\\d{4}',
  YY: '\\d{2}',
  MM: '\\d{2}',
  M: '\\d{1,2}',
  DD: '\\d{2}',
  D: '\\d{1,2}',
  HH: '\\d{2}',
  H: '\\d{1,2}',
  mm: '\\d{2}',
  ss: '\\d{2}',
  SSS: '\\d{3}',
};

const patterns = new Map<string, Pattern>();

function patternOf(picture: string): Pattern {
  const known = patterns.get(picture);
  if (known) return known;
  const fields: PictureField[] = [];
  let source = '';
  for (const part of pictureParts(picture)) {
    if ('text' in part) {
      source += part.text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+');
      continue;
    }
    const digits = digitsOf[part.field];
    if (!digits) throw unfitPicture(picture, `\`${part.field}\` can be written, not read`);
    fields.push(part.field);
    source += `(${digits})`;
  }
  for (const letter of ['Y', 'M', 'D']) {
    const count = fields.filter((field) => field.startsWith(letter)).length;
    if (count !== 1) throw unfitPicture(picture, `it needs one year, one month and one day`);
  }
  const pattern = { regex: new RegExp(`^${source}$`), fields, hasTime: fields.some((field) => /^[Hms]/.test(field)) };
  patterns.set(picture, pattern);
  return pattern;
}

function unfitPicture(picture: string, why: string): Problem {
  return problem('DATE_FORMAT', `The date format \`${picture}\` cannot be used to read dates: ${why}.`, {
    fix: 'A format looks like DD.MM.YYYY or YYYY-MM-DD HH:mm.',
  });
}

function readPicture(text: string, picture: string, timezone: string): Reading {
  const { regex, fields, hasTime } = patternOf(picture);
  const match = regex.exec(text);
  if (!match) return 'another form';
  const value = (letter: string): string | undefined => {
    const at = fields.findIndex((field) => field.startsWith(letter));
    return at < 0 ? undefined : match[at + 1];
  };
  const year = fullYear(value('Y') ?? '');
  const time = timeOf({
    year,
    month: value('M'),
    day: value('D'),
    hour: value('H'),
    minute: value('m'),
    second: value('s'),
  });
  return readingOf({ ...time, millisecond: Number(value('S') ?? 0) }, hasTime, timezone);
}

/** Two digits are read as POSIX's strptime reads them: 69-99 are 1969-1999, 00-68 are 2000-2068. */
function fullYear(digits: string): number {
  const year = Number(digits);
  if (digits.length > 2) return year;
  return year + (year < 69 ? 2000 : 1900);
}

function timeOf(fields: Partial<Record<keyof LocalTime, string | number>>): LocalTime {
  const { year, month, day, hour = 0, minute = 0, second = 0, millisecond = 0 } = fields;
  return {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    millisecond: Number(millisecond),
  };
}

function isReal({ year, month, day, hour, minute, second }: LocalTime): boolean {
  return isCalendarDay(year, month, day) && hour < 24 && minute < 60 && second < 60;
}

function readingOf(time: LocalTime, hasTime: boolean, timezone: string): Reading {
  if (!isReal(time)) return 'impossible';
  return hasTime ? instant(momentOf(time, timezone)) : { text: dateText(time) };
}

const instant = (ms: number): Reading => ({ text: new Date(ms).toISOString() });
