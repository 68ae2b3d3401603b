/** Renewed so long before the end at most, or a tenth of the time where that is less: an answer must not come too late. */
const earlyMs = 60_000;

/**
 * From when on a session is not used any more, UTC ms. `value`: seconds from now, Unix seconds or milliseconds, or a
 * moment as text. Undefined for what is none of them.
 */
export function expiresAt(value: unknown, nowMs: number): number | undefined {
  const endMs = endOf(value, nowMs);
  return endMs === undefined ? undefined : endMs - Math.min(earlyMs, Math.max(0, endMs - nowMs) / 10);
}

function endOf(value: unknown, nowMs: number): number | undefined {
  const text = String(value).trim();
  if (/^\d+(\.\d+)?$/.test(text)) {
    const number = Number(text);
    // 1e9 seconds are 31 years: nothing lasts so long, so it is a moment since 1970.
    if (number < 1e9) return nowMs + number * 1000;
    return number < 1e12 ? number * 1000 : number;
  }
  const moment = /\d{4}-\d\d-\d\d|\d:\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(moment) ? undefined : moment;
}
