import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { maskedColumns } from '../../src/language/compile/masked.ts';
import type { FieldRule, MaskWay, Step } from '../../src/language/compile/pipeline.ts';
import { rejectTable } from '../../src/tell/report/report-rows.ts';
import { setStep, testPipeline, testTarget, testWorld } from './harness.ts';

const mask = (fields: Record<string, MaskWay>): Step => ({ kind: 'mask', at: 'steps[0]', fields });
const ways = mask({ email: 'token', name: 'initial', phone: 'none', chats: 'token', short: 'initial' });
const row = (id: string, email = 'olga.dobrova@example.org') => ({
  id,
  email,
  name: 'Добрынина',
  phone: '+79031234567',
  chats: ['telegram-olga', { at: 'skype-olga' }],
  short: 'Я',
});

test('masked values reach neither the target nor the store, in a create or in an update', async () => {
  const lms = testTarget();
  const world = await testWorld({ target: lms });
  try {
    const pipeline = testPipeline({ before: [ways] });
    await world.run(pipeline, { rows: [row('p1'), row('p2')], hash: 'first' });
    await world.run(pipeline, { rows: [row('p1', 'olga.petrova@example.org'), row('p2')], hash: 'second' });
    const [first, other, changed] = lms.ledger;
    expect(first?.record).toMatchObject({ id: 'p1', name: 'Д***', short: '***' });
    expect(first?.record).not.toHaveProperty('phone');
    expect(first?.record.email).toMatch(/^[0-9a-f]{32}$/);
    expect(other?.record.email).toBe(first?.record.email);
    expect(changed).toMatchObject({ operation: 'update', key: 'p1' });
    expect(changed?.record.email).not.toBe(first?.record.email);
    const bytes = readdirSync(world.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name)).toString('latin1'));
    const all = [JSON.stringify(lms.ledger), JSON.stringify(world.state.changes), ...bytes].join('\n');
    for (const clear of ['olga', 'Добрынина', '79031234567', 'telegram', 'skype']) expect(all).not.toContain(clear);
  } finally {
    await world.close();
  }
});

test('without the workspace key a token says nothing: another workspace has another', async () => {
  const tokens = await Promise.all(
    [1, 2].map(async () => {
      const lms = testTarget();
      const world = await testWorld({ target: lms });
      await world.run(testPipeline({ before: [mask({ email: 'token' })] }), [row('p1')]);
      await world.close();
      return lms.ledger[0]?.record.email;
    }),
  );
  expect(tokens[0]).not.toBe(tokens[1]);
});

test('the report shows no column that a masked field is made of, and no row that could not be read', () => {
  const fields: FieldRule[] = [{ name: 'email', from: ['E-mail'], required: false, personal: true, none: [] }];
  const login = setStep({ login: '=$lowercase(email) & last' });
  expect(maskedColumns({ fields }, [login, mask({ login: 'token' })])).toEqual(['E-mail', 'last', 'login']);
  expect(maskedColumns({ fields }, [login])).toEqual([]);
  const gathered = { into: 'posts', by: [], keyFields: [] };
  const post = setStep({ post: '=posts[0].title' });
  expect(maskedColumns({ fields, rows: gathered }, [post, mask({ post: 'token' })])).toBe('all');
  expect(maskedColumns({ fields }, [setStep({ all: '=$string($)' }), mask({ all: 'token' })])).toBe('all');
  const reject = { key: 'p1', stage: 'steps', code: 'FIELD_INVALID', reason: 'x', origin: 'a.csv', line: 2 } as const;
  const stored = { id: 1, pipeline: 'p', firstRun: 'r', lastRun: 'r', attempts: 1, firstAt: 0, lastAt: 0 };
  const rejects = [
    { ...reject, ...stored, status: 'open' as const, source: { id: 'p1', 'E-mail': 'a@b.c' } },
    { ...reject, ...stored, status: 'open' as const, source: 'p1;a@b.c' },
  ];
  const reader = { language: 'en' as const, columnsOf: (field: string) => [field], isNumbered: false };
  const { rows } = rejectTable(rejects, ['id', 'E-mail'], { ...reader, masked: ['E-mail'] });
  expect(rows.map((each) => [each.id, each['E-mail']])).toEqual([
    ['p1', '***'],
    ['***', undefined],
  ]);
  expect(JSON.stringify(rejectTable(rejects, ['id', 'E-mail'], { ...reader, masked: 'all' }))).not.toContain('a@b.c');
  expect(JSON.stringify(rejectTable(rejects, ['id', 'E-mail'], reader))).toContain('a@b.c');
});
