import { expect, it } from 'vitest';
import { enterAll, sharePace } from '../../../plugins/http/shared-pace.ts';
import type { Pace } from '../../../src/connect/sdk/index.ts';
import { jumpingClock } from './workbench.ts';

const never = new AbortController().signal;

it('a wish to be left alone holds off everybody of an account, and no other account', async () => {
  const clock = jumpingClock();
  const shared = ['anna', 'anna', 'boris'].map((name) => sharePace(name, [], clock, undefined));
  const [day, night, boris] = shared.map(({ pace }) => pace) as [never, never, never];
  await (day as Pace).holdOff(5000);
  await (
    await enterAll([boris], never)
  )();
  expect(clock.waits).toEqual([]);
  await (
    await enterAll([night], never)
  )();
  expect(clock.waits).toEqual([5000]);
  for (const { leave } of shared) leave();
});
