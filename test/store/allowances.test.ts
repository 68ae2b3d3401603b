import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bench, type Bench } from './workbench.ts';

let made: Bench;
beforeEach(() => {
  made = bench();
});
afterEach(() => made.remove());

const rule = { ratePerSecond: 10, burst: 2 };

test('two processes that take turns of one account together never exceed its rate', async () => {
  const [one, other] = [made.open(), made.open()];
  const start = made.clock.now();
  const moments: number[] = [];
  for (let round = 0; round < 6; round += 1)
    moments.push(...(await (round % 2 ? one : other).takeTurns('acme', rule, 2)));
  expect(moments.map((moment) => moment - start)).toEqual([0, 0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000]);
  expect(await one.takeTurns('another account', rule, 1)).toEqual([start]);
  made.clock.move(60_000);
  const [first, second, third] = await other.takeTurns('acme', rule, 3);
  expect([first, second, third].map((moment = 0) => moment - made.clock.now())).toEqual([0, 0, 100]);
});

test('a clock that was far ahead does not stop an account for long', async () => {
  const store = made.open();
  made.clock.move(86_400_000);
  await store.takeTurns('acme', rule, 20);
  made.clock.move(-86_400_000);
  const [next = 0] = await store.takeTurns('acme', rule, 1);
  expect(next - made.clock.now()).toBe(0);
});

test('places in flight are shared; those of a process that is gone are free again after a while', async () => {
  const [one, other] = [made.open(), made.open()];
  const first = await one.takePlace('acme', 2);
  expect(await other.takePlace('acme', 2)).toBeDefined();
  expect(await other.takePlace('acme', 2)).toBeUndefined();
  await first?.();
  await first?.();
  expect(await other.takePlace('acme', 2)).toBeDefined();
  expect(await one.takePlace('acme', 2)).toBeUndefined();
  await other.close();
  made.clock.move(29_000);
  expect(await one.takePlace('acme', 2)).toBeUndefined();
  made.clock.move(2000);
  expect(await one.takePlace('acme', 2)).toBeDefined();
});

test('a wish to be left alone is heard by all, and the longest holds', async () => {
  const [one, other] = [made.open(), made.open()];
  await one.closeUntil('acme', made.clock.now() + 5000);
  await one.closeUntil('acme', made.clock.now() + 1000);
  expect(await other.closedUntil('acme')).toBe(made.clock.now() + 5000);
  expect(await other.closedUntil('another')).toBe(0);
  // Being closed is no token taken.
  expect(await other.takeTurns('acme', rule, 2)).toEqual([made.clock.now(), made.clock.now()]);
  expect(await other.closedUntil('acme')).toBe(made.clock.now() + 5000);
});

test('the store does not name the accounts', async () => {
  const store = made.open();
  await store.takeTurns('https://acme.example anna', rule, 1);
  await store.takePlace('https://acme.example anna', 1);
  await store.close();
  expect(readFileSync(made.path).toString('latin1')).not.toContain('acme.example');
});
