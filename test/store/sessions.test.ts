import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import type { LoginState } from '../../src/connect/sdk/index.ts';
import { bench, type Bench } from './workbench.ts';

const benches: Bench[] = [];
const newBench = (): Bench => {
  const made = bench();
  benches.push(made);
  return made;
};
afterEach(async () => {
  for (const made of benches.splice(0)) await made.remove();
});

const state = (token: string): Omit<LoginState, 'serial'> => ({
  value: { refresh_token: token },
  cookies: { 'https://crm.example': { sid: 'cookie-of-the-session' } },
  origin: 'https://crm.example',
  expiresAt: 1_800_000_000_000,
});

test('a login is found again by another process, with the number of its turn', async () => {
  const { open } = newBench();
  const turn = await open().beginLogin('crm account', 'crm');
  await turn?.save(state('first'));
  expect(await turn?.save(state('second'))).toMatchObject({ serial: 2 });
  const other = open();
  expect(await other.findLogin('crm account')).toEqual({ ...state('second'), serial: 2 });
  expect(await other.findLogin('another account')).toBeUndefined();
});

test('one logs in to an account at a time, in this process and in others', async () => {
  const { open } = newBench();
  const store = open();
  const turn = await store.beginLogin('crm account', 'crm');
  expect(await store.beginLogin('crm account', 'crm')).toBeUndefined();
  expect(await open().beginLogin('crm account', 'crm')).toBeUndefined();
  expect(await open().beginLogin('another account', 'crm')).toBeDefined();
  await turn?.end();
  expect(await open().beginLogin('crm account', 'crm')).toBeDefined();
});

test('who lost the turn saves nothing', async () => {
  const { open, clock } = newBench();
  const late = await open().beginLogin('crm account', 'crm');
  clock.move(30_001);
  const next = await open().beginLogin('crm account', 'crm');
  await next?.save(state('of the next'));
  await expect(late?.save(state('of the late'))).rejects.toMatchObject({ code: 'LOCK_LOST' });
  expect(await open().findLogin('crm account')).toMatchObject({ value: { refresh_token: 'of the next' } });
});

test('neither the session nor the secrets that name its account can be read from the file', async () => {
  const { open, path } = newBench();
  const store = open();
  await (await store.beginLogin('crm client-secret-of-crm', 'crm'))?.save(state('refresh-token-of-crm'));
  await store.close();
  const bytes = readFileSync(path, 'latin1');
  for (const secret of ['refresh-token-of-crm', 'client-secret-of-crm', 'cookie-of-the-session', 'crm.example'])
    expect(bytes).not.toContain(secret);
});
