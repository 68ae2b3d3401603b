import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { acknowledgement, active, begin, bench, finished, nothing, type Bench } from './workbench.ts';

const benches: Bench[] = [];
afterEach(async () => {
  for (const made of benches.splice(0)) await made.remove();
});

const personal = ['Тестова Мария', 'KEY-4711-KEY', 'secret-login', 'raw;row;4711', '31.02.1990', 'city-of-params'];
const encodings = ['utf8', 'utf16le'] as const;

test('nothing personal stands readable in the file or its log, before and after merge and close', async () => {
  const made = bench();
  benches.push(made);
  const store = made.open();
  const lease = await begin(store, 'r1');
  const params = { city: 'city-of-params' };
  await store.beginRun(lease, {
    id: 'r2',
    pipeline: 'employees',
    snapshot: 'employees',
    tick: 1,
    startedAt: 1,
    params,
    definition: 'd',
  });
  await store.openIntents(lease, [
    {
      id: 'i1',
      run: 'r1',
      snapshot: 'employees',
      sink: 'lms',
      operation: 'create',
      items: [{ key: 'KEY-4711-KEY', hash: 'ff', target: { login: 'secret-login' } }],
    },
  ]);
  const told = { code: 'C', reason: 'R', origin: 'O', line: 1 };
  await store.commit(lease, 'r1', 'employees', {
    ...acknowledgement(made.vault, [active('KEY-4711-KEY', 'Тестова Мария')]),
    rejects: [
      { ...told, key: 'KEY-4711-KEY', stage: 'steps', source: { born: '31.02.1990' } },
      { ...told, key: null, stage: 'read', source: 'raw;row;4711' },
    ],
  });
  expectSealed(made.path);
  await store.mergeSnapshot(lease, 'employees');
  await store.commit(lease, 'r1', 'employees', { ...nothing(), settledKeys: ['KEY-4711-KEY'], closed: ['i1'] });
  expectSealed(made.path);
  await store.finishRun(lease, { ...finished('r1'), result: { notes: ['Тестова Мария', 'secret-login'] } });
  expectSealed(made.path);
  await store.close();
  expectSealed(made.path);
});

function expectSealed(path: string): void {
  const files = ['', '-wal', '-shm'].map((end) => readFileSync(path + end));
  const whole = Buffer.concat(files);
  // The search itself works: a name that is no secret is found.
  expect(whole.includes('employees')).toBe(true);
  for (const value of personal) {
    for (const encoding of encodings)
      expect([value, whole.includes(Buffer.from(value, encoding))]).toEqual([value, false]);
    expect([value, whole.includes(JSON.stringify(value).slice(1, -1))]).toEqual([value, false]);
  }
}
