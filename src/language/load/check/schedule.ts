import { CronExpressionParser } from 'cron-parser';
import { isMap } from '../load-workspace.ts';
import type { DocumentCheck } from './context.ts';

/** `schedule:`: its cron can be read. */
export function checkSchedule({ document, tell }: DocumentCheck): void {
  const { schedule } = document.value;
  if (!isMap(schedule)) return;
  const { cron } = schedule;
  if (typeof cron === 'string') {
    const fault = cronFault(cron);
    if (fault !== undefined) {
      const fix = "Five fields: minute, hour, day, month, weekday, as in '30 2 * * *' for every night at 02:30.";
      tell('CRON_INVALID', ['schedule', 'cron'], `\`${cron}\` is not a cron rule: ${fault}.`, fix);
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
