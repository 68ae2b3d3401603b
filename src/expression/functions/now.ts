import { zoneOffsetMs } from '../text/zones.ts';
import { now } from './calendar.ts';
import { declare } from './declare.ts';

/** `+0300`, as JSONata's `$fromMillis` wants it. */
function compactOffset(offsetMs: number): string {
  const minutes = Math.round(Math.abs(offsetMs) / 60_000);
  const digits = String(Math.floor(minutes / 60) * 100 + (minutes % 60)).padStart(4, '0');
  return `${offsetMs < 0 ? '-' : '+'}${digits}`;
}

export default declare({
  name: 'now',
  signature: '$now(picture, timezone)',
  about:
    "The run's tick in the pipeline's zone, in ISO 8601 form; the same in the whole run and in its replays. Picture and time zone (`+0300`) are those of JSONata's own `$now`.",
  example: { expression: '$now()', gives: '2026-11-24T05:30:00.000+03:00' },
  accepts: '<s?s?:s>',
  callsWithoutArgument: true,
  call({ env, own }, picture, timezone) {
    if (picture === undefined && timezone === undefined) return now(env);
    return own('fromMillis', env.now, picture, timezone ?? compactOffset(zoneOffsetMs(env.timezone, env.now)));
  },
});
