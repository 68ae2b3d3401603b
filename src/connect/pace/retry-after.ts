/**
 * Milliseconds that a `Retry-After` asks to wait: seconds (a number, or digits) or an HTTP date (RFC 9110 section 10.2.3).
 * Undefined for anything else; 0 for a moment that has passed.
 */
export function retryAfterMs(value: unknown, nowMs: number): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value * 1000 : undefined;
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  // Date.parse reads almost anything; a date has a letter (GMT, Nov, T…Z) and a clock time.
  const moment = /[A-Za-z]/.test(text) && /\d:\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(moment) ? undefined : Math.max(0, moment - nowMs);
}
