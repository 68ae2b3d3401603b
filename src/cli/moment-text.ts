import { dateText, localTime, twoDigits } from '../expression/text/zones.ts';

/** `2026-11-24 02:30:05` as the zone's clocks show it. */
export function momentText(atMs: number, timezone: string): string {
  const time = localTime(atMs, timezone);
  return `${dateText(time)} ${[time.hour, time.minute, time.second].map(twoDigits).join(':')}`;
}
