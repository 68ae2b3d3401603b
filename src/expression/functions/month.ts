import { month } from './calendar.ts';
import { declare } from './declare.ts';

export default declare({
  name: 'month',
  signature: '$month(months = 0)',
  about: "The month of the run's tick in the pipeline's zone, or so many months later (earlier with a minus).",
  example: { expression: '$month(-1)', gives: '2026-10' },
  accepts: '<n?:s>',
  callsWithoutArgument: true,
  call: ({ env }, months = 0) => month(env, months),
});
