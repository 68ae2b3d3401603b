import { expect, it } from 'vitest';
import { bothPaces, sharePace } from '../../../plugins/http/shared-pace.ts';
import { jumpingClock } from './workbench.ts';

const never = new AbortController().signal;

it('Retry-After to one connection holds off every other of its account, and no other account', async () => {
  const clock = jumpingClock();
  const shared = ['anna day', 'anna night', 'anna', 'boris'].map((name) => sharePace(name, [], clock));
  const [day, night, anna, boris] = shared.map(({ pace }) => pace) as [never, never, never, never];
  bothPaces(day, anna).holdOff(5000);
  (await bothPaces(boris, boris).enter(never))();
  expect(clock.waits).toEqual([]);
  (await bothPaces(night, anna).enter(never))();
  expect(clock.waits).toEqual([5000]);
  for (const { leave } of shared) leave();
});
