import { dateText, localTime } from '../../expression/index.ts';
import type { DiffRule } from '../../language/compile/pipeline.ts';
import { counted } from '../../model/counted.ts';

const DAY_MS = 86_400_000;

/** How long a key has been absent. `firstAbsent` in UTC milliseconds, 0 for never. */
export interface Absence {
  firstAbsent: number;
  feeds: number;
}

/** One more complete feed without the key. A feed with the content of the last one is the same feed (S6). */
export function advance(absence: Absence, tick: number, isNewFeed: boolean): Absence {
  if (absence.feeds === 0) return { firstAbsent: tick, feeds: 1 };
  return { firstAbsent: absence.firstAbsent, feeds: absence.feeds + (isNewFeed ? 1 : 0) };
}

/** Is the grace over? Days are calendar days in the pipeline's zone, so that a night an hour shorter changes nothing. */
export function isDue(rule: DiffRule['missing'], absence: Absence, tick: number, timezone: string): boolean {
  if (rule === 'ignore') return false;
  if ('feeds' in rule.after) return absence.feeds >= rule.after.feeds;
  return dayNumber(tick, timezone) - dayNumber(absence.firstAbsent, timezone) >= rule.after.days;
}

/** Until when grace goes on, as a plan shows it: the day on which it is over (`2026-11-27`), or `1 of 2 feeds`. */
export function graceEnd(rule: DiffRule['missing'], absence: Absence, timezone: string): string | undefined {
  if (rule === 'ignore') return undefined;
  if ('feeds' in rule.after) return `${absence.feeds} of ${counted(rule.after.feeds, 'feed')}`;
  return new Date((dayNumber(absence.firstAbsent, timezone) + rule.after.days) * DAY_MS).toISOString().slice(0, 10);
}

/** Days since 1970-01-01 of the date that an instant has in a zone. */
function dayNumber(instant: number, timezone: string): number {
  return Math.round(Date.parse(`${dateText(localTime(instant, timezone))}T00:00:00Z`) / DAY_MS);
}
