import { addDays } from './calendar.ts';
import { declare } from './declare.ts';

export default declare({
  name: 'addDays',
  signature: '$addDays(date, days)',
  about:
    "A date so many days later (earlier with a minus). A moment keeps the time that clocks in the pipeline's zone show, and stays UTC.",
  example: { expression: "$addDays('2026-11-24', 14)", gives: '2026-12-08' },
  accepts: '<sn:s>',
  call: ({ env }, date, days) => (days === undefined ? undefined : addDays(env, date as string, days)),
});
