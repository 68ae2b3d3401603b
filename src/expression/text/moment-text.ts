import { dateText, localTime, offsetText, twoDigits, zoneOffsetMs } from './zones.ts';

/** `2026-11-24 02:30:05 +03:00`: what the zone's clocks show, and how far they are ahead, since an hour a year comes twice. */
export function momentText(atMs: number, timezone: string): string {
  const time = localTime(atMs, timezone);
  const clock = [time.hour, time.minute, time.second].map(twoDigits).join(':');
  const offset = offsetText(zoneOffsetMs(timezone, atMs));
  return `${dateText(time)} ${clock} ${offset === 'Z' ? 'UTC' : offset}`;
}
