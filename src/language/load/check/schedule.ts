import { CronExpressionParser } from 'cron-parser';
import { afterOf } from '../../compile/after.ts';
import { oneOrList } from '../../compile/written-use.ts';
import { isMap, type Loaded } from '../load-workspace.ts';
import type { Checking, DocumentCheck } from './context.ts';
import { hint, writeInstead } from './near.ts';

/** `schedule:`: its cron can be read, and the pipelines it waits for exist and do not wait for it. */
export function checkSchedule(checking: Checking, check: DocumentCheck): void {
  const { document, tell } = check;
  const { schedule } = document.value;
  if (!isMap(schedule)) return;
  const { cron, after } = schedule;
  if (typeof cron === 'string') {
    const fault = cronFault(cron);
    if (fault !== undefined) {
      const fix = "Five fields: minute, hour, day, month, weekday, as in '30 2 * * *' for every night at 02:30.";
      tell('CRON_INVALID', ['schedule', 'cron'], `\`${cron}\` is not a cron rule: ${fault}.`, fix);
    }
  }
  const others = checking.pipelines.filter((name) => name !== document.name);
  for (const { item, path } of oneOrList(after, ['schedule', 'after'])) {
    if (typeof item !== 'string' || checking.pipelines.includes(item)) continue;
    const message = `unknown pipeline "${item}"${hint(item, others)}`;
    tell('PIPELINE_UNKNOWN', path, message, writeInstead(item, others));
  }
  const circle = circleOf(checking.loaded, document.name);
  // Told once, at the first of those that wait for each other.
  if (circle && circle.every((name) => name >= document.name)) {
    const fix = `Let ${circle.length === 1 ? 'it' : 'one of them'} run by \`cron\` or \`every\`.`;
    const way = [...circle, circle[0]].join(' → ');
    const who =
      circle.length === 1
        ? 'The pipeline waits for itself and never runs'
        : 'The pipelines wait for each other and never run';
    const message = `${who}: ${way}.`;
    tell('SCHEDULE_CIRCLE', ['schedule', 'after'], message, fix, { at: 'key' });
  }
}

/** The way from a pipeline along `after` back to itself; undefined where there is none. */
function circleOf({ documents }: Loaded, start: string): string[] | undefined {
  const waitsFor = new Map(
    documents.filter(({ kind }) => kind === 'pipeline').map(({ name, value }) => [name, afterOf(value)] as const),
  );
  const seen = new Set<string>();
  const follow = (way: string[]): string[] | undefined => {
    for (const next of waitsFor.get(way.at(-1) ?? '') ?? []) {
      if (next === start) return way;
      if (seen.has(next)) continue;
      seen.add(next);
      const found = follow([...way, next]);
      if (found) return found;
    }
    return undefined;
  };
  return follow([start]);
}

function cronFault(cron: string): string | undefined {
  const fields = cron.trim().split(/\s+/).length;
  if (fields !== 5 && !cron.startsWith('@')) return `it has ${fields} fields, not five`;
  try {
    CronExpressionParser.parse(cron, { currentDate: new Date(0), tz: 'UTC' });
    return undefined;
  } catch (error) {
    return error instanceof Error
      ? error.message.replace(/\.$/, '').replace(/^./, (first) => first.toLowerCase())
      : "it can't be read";
  }
}
