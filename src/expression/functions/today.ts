import { today } from './calendar.ts';
import { declare } from './declare.ts';

export default declare({
  name: 'today',
  signature: '$today(days = 0)',
  about:
    "The date of the run's tick in the pipeline's zone, or so many days later (earlier with a minus). The same in the whole run and in its replays.",
  example: { expression: '$today(-90)', gives: '2026-08-26' },
  accepts: '<n?:s>',
  callsWithoutArgument: true,
  call: ({ env }, days = 0) => today(env, days),
});
