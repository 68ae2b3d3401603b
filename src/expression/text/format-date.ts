import { problem } from '../../model/problem.ts';
import { parseDate } from './dates.ts';
import { pictureParts, type PictureField, type PicturePart } from './pictures.ts';
import { localTime, momentOf, twoDigits, type LocalTime } from './zones.ts';

/** Languages that dates can be written in. */
export const dateLanguages = ['en', 'ru'] as const;
export type DateLanguage = (typeof dateLanguages)[number];

interface MonthNames {
  /** On its own: «ноябрь 2026». */
  alone: readonly string[];
  /** After a day: «24 ноября». */
  afterDay: readonly string[];
  short: readonly string[];
}

const english = 'January February March April May June July August September October November December'.split(' ');

const months: Record<DateLanguage, MonthNames> = {
  en: { alone: english, afterDay: english, short: english.map((name) => name.slice(0, 3)) },
  ru: {
    alone: 'январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь'.split(' '),
    afterDay: 'января февраля марта апреля мая июня июля августа сентября октября ноября декабря'.split(' '),
    short: 'янв фев мар апр мая июн июл авг сен окт ноя дек'.split(' '),
  },
};

/**
 * Writes a date (`2026-11-24`), or a moment (ISO 8601 with a zone, or UTC milliseconds) as clocks in `timezone` show it.
 * `odata` is the form of OData 2, `/Date(1795478400000)/`. Throws DATE_UNREADABLE for another text, DATE_FORMAT for a picture that is not known.
 */
export function formatDate(value: string | number, picture: string, language: DateLanguage, timezone: string): string {
  if (picture === 'odata') return odataText(value, timezone);
  const parts = pictureParts(picture);
  const time = timeOf(value, timezone);
  const hasDay = parts.some((part) => 'field' in part && part.field.startsWith('D'));
  return parts.map((part) => written(part, time, months[language], hasDay)).join('');
}

/** Milliseconds of UTC; a date is its midnight there. */
function odataText(value: string | number, timezone: string): string {
  const ms = typeof value === 'number' ? checkedMoment(value) : Date.parse(parseDate(value, 'iso', timezone));
  return `/Date(${ms})/`;
}

/** Date or moment as local fields. */
export function timeOf(value: string | number, timezone: string): LocalTime {
  if (typeof value === 'number') return localTime(checkedMoment(value), timezone);
  const read = parseDate(value, 'iso', timezone);
  if (read.length > 10) return localTime(Date.parse(read), timezone);
  const [year = 0, month = 0, day = 0] = read.split('-').map(Number);
  return { year, month, day, hour: 0, minute: 0, second: 0, millisecond: 0 };
}

/** The moment (UTC ms) of a date, which begins at its midnight in `timezone`, or of a moment. Throws DATE_UNREADABLE. */
export function instantOf(value: string, timezone: string): number {
  return momentOf(timeOf(value, timezone), timezone);
}

function checkedMoment(ms: number): number {
  if (Math.abs(ms) <= 8_640_000_000_000_000) return ms;
  throw problem('DATE_UNREADABLE', 'A number is not a moment; expected UTC milliseconds.');
}

function written(part: PicturePart, time: LocalTime, names: MonthNames, hasDay: boolean): string {
  if ('text' in part) return part.text;
  if (part.field === 'MMMM') return (hasDay ? names.afterDay : names.alone)[time.month - 1] ?? '';
  if (part.field === 'MMM') return names.short[time.month - 1] ?? '';
  return digits[part.field](time);
}

const digits: Record<Exclude<PictureField, 'MMMM' | 'MMM'>, (time: LocalTime) => string> = {
  YYYY: ({ year }) => String(year).padStart(4, '0'),
  YY: ({ year }) => twoDigits(year % 100),
  MM: ({ month }) => twoDigits(month),
  M: ({ month }) => String(month),
  DD: ({ day }) => twoDigits(day),
  D: ({ day }) => String(day),
  HH: ({ hour }) => twoDigits(hour),
  H: ({ hour }) => String(hour),
  mm: ({ minute }) => twoDigits(minute),
  ss: ({ second }) => twoDigits(second),
  SSS: ({ millisecond }) => String(millisecond).padStart(3, '0'),
};
