import fc from 'fast-check';
import { expect, test } from 'vitest';
import { balance } from '../../src/engine/run/account.ts';
import type { RunResult } from '../../src/engine/run/result.ts';
import type { Step } from '../../src/language/compile/pipeline.ts';
import type { Fields } from '../../src/model/record.ts';
import { setStep, testPipeline, testTarget, testWorld } from './harness.ts';

/** Few people and few values, so that repeats, contradictions and equal mails are common. */
const row = fc.record({
  id: fc.constantFrom('', 'p1', 'p2', 'p3', 'p4', 'p5', 'p6'),
  name: fc.constantFrom('', 'Ann', 'Bob'),
  team: fc.constantFrom('sales', 'left out', 'gone'),
  email: fc.constantFrom('', 'a@example.org', 'b@example.org', 'c@example.org'),
});
const nights = fc.array(fc.array(row, { maxLength: 9 }), { minLength: 1, maxLength: 3 });

const required = ['name', 'email'].map((name) => ({
  name,
  from: [name],
  required: name === 'name',
  personal: false,
  none: [],
}));
const validate: Step = { kind: 'validate', at: 'steps[1]', schema: {}, unique: ['email'] };
const before = [setStep({ greeting: '="Dear " & name' }), validate];
const filter = "team != 'left out'";

/** S2 as it is written, of what is shown and not of what the engine reckoned with. */
function expectWholeAccount({ status, code, counts }: RunResult, rows: Fields[]): void {
  expect(['done', 'guarded'], code).toContain(status);
  expect(counts.read).toBe(rows.length);
  const { known, settled } = balance(counts);
  expect(settled + counts.unsettled).toBe(known);
  if (status === 'done') expect(counts.unsettled).toBe(0);
}

const total = (parts: Record<string, number | undefined>): number =>
  Object.values(parts).reduce<number>((all, count) => all + (count ?? 0), 0);

test('S2: with a diff, counts add up over nights of any mix, and nobody seen is ever missing', async () => {
  await fc.assert(
    fc.asyncProperty(nights, async (feeds) => {
      const target = testTarget();
      const world = await testWorld({ target });
      const pipeline = testPipeline({ filter, fields: required, gone: "team = 'gone'", before });
      try {
        for (const rows of feeds) {
          const sentBefore = target.ledger.length;
          const result = await world.run(pipeline, rows);
          expectWholeAccount(result, rows);
          const sent = target.ledger.slice(sentBefore);
          expect(total(result.counts.delivered)).toBe(new Set(sent.map((line) => line.key)).size);
          const missing = sent.filter((line) => line.operation === 'missing').map((line) => line.key);
          const stillHere: string[] = rows.filter((one) => one.team !== 'gone').map((one) => one.id);
          expect(missing.filter((key) => stillHere.includes(key))).toEqual([]);
        }
      } finally {
        await world.close();
      }
    }),
    { numRuns: 40 },
  );
});

test('S2: without a diff, every record read settles once in any mix', async () => {
  await fc.assert(
    fc.asyncProperty(nights, async (feeds) => {
      const target = testTarget({ operations: ['upsert'], repeat: 'safe' });
      const world = await testWorld({ target });
      try {
        for (const rows of feeds) {
          const sentBefore = target.ledger.length;
          const result = await world.run(testPipeline({ filter, fields: required, diff: null, before }), rows);
          expectWholeAccount(result, rows);
          expect(result.counts.absent).toBe(0);
          expect(total(result.counts.delivered)).toBe(target.ledger.length - sentBefore);
          const leftOut = rows.filter((one) => one.id !== '' && one.name !== '' && one.team === 'left out');
          expect(total(result.counts.filtered)).toBe(leftOut.length);
        }
      } finally {
        await world.close();
      }
    }),
    { numRuns: 40 },
  );
});
