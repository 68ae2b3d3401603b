import { join } from 'node:path';
import { expect, test } from 'vitest';
import { portolan } from './harness.ts';

const shipped = join(import.meta.dirname, '../..');

test('the shipped workspace has no mistakes', async () => {
  expect(await portolan(shipped, ['validate'])).toMatchObject({ code: 0, err: '' });
});

test('the checks of the shipped cases come to what they expect', async () => {
  const { code, out } = await portolan(shipped, ['test', '--json']);
  const { failed, cases } = JSON.parse(out) as { failed: number; cases: { passed: boolean }[] };
  expect(cases.filter(({ passed }) => !passed)).toEqual([]);
  expect({ code, failed }).toEqual({ code: 0, failed: 0 });
  expect(cases.length).toBeGreaterThan(5);
});
