import { formatDate, isProblem, parseDate, problem } from '#sdk';

/** How an API writes moments, and the zone of those without one. */
export interface MomentForm {
  /** `iso`, `unix`, `unixms` or a picture. */
  format: string;
  timezone: string;
}

/** UTC milliseconds of a moment as an API writes it; a date is its first moment. Throws CURSOR_UNREADABLE. */
export function readMoment(value: unknown, { format, timezone }: MomentForm): number {
  try {
    if (typeof value !== 'string' && typeof value !== 'number') throw unreadable(format);
    return instantOf(parseDate(value, format, timezone), timezone);
  } catch (error) {
    if (isProblem(error) && error.code === 'DATE_UNREADABLE') throw unreadable(format);
    throw error;
  }
}

/** UTC milliseconds of a date or a moment in ISO 8601. */
export const isoMoment = (text: string, timezone: string): number =>
  instantOf(parseDate(text, 'iso', timezone), timezone);

function instantOf(text: string, timezone: string): number {
  const whole = text.length === 10 ? parseDate(`${text}T00:00:00`, 'iso', timezone) : text;
  return Date.parse(whole);
}

/** The moment as the API wants it: a number for `unix` and `unixms`, else a text. What the form can't hold is cut off. */
export function writeMoment(ms: number, { format, timezone }: MomentForm): string | number {
  if (format === 'iso') return new Date(ms).toISOString();
  if (format === 'unix') return Math.floor(ms / 1000);
  if (format === 'unixms') return ms;
  return formatDate(ms, format, 'en', timezone);
}

const unreadable = (format: string) =>
  problem('CURSOR_UNREADABLE', `A record has at \`cursor.field\` what is no moment in the form \`${format}\`.`, {
    fix: 'Correct `format`, or the path, in the connector. Nothing was remembered of this read.',
  });
