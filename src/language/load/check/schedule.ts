import { CronExpressionParser } from 'cron-parser';
import { isMap } from '../load-workspace.ts';
import type { Checking, DocumentCheck } from './context.ts';
import { hint, writeInstead } from './near.ts';

/** `schedule:`: its cron can be read, and the pipelines it follows exist. */
export function checkSchedule(checking: Checking, { document, tell }: DocumentCheck): void {
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
  const listed = Array.isArray(after);
  for (const [index, name] of (listed ? after : [after]).entries()) {
    if (typeof name !== 'string') continue;
    const path = listed ? ['schedule', 'after', index] : ['schedule', 'after'];
    const others = checking.pipelines.filter((pipeline) => pipeline !== document.name);
    if (name === document.name) {
      tell('PIPELINE_UNKNOWN', path, "A pipeline can't run after itself.", 'Name another pipeline.');
    } else if (!others.includes(name)) {
      tell('PIPELINE_UNKNOWN', path, `unknown pipeline "${name}"${hint(name, others)}`, writeInstead(name, others));
    }
  }
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
