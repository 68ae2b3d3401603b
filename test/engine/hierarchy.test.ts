import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RunBudget } from '../../src/engine/diff/budget.ts';
import { Hierarchy } from '../../src/engine/order/hierarchy.ts';
import { byLevel } from '../../src/engine/order/levels.ts';
import { makeWorkspaceKey, openVault } from '../../src/store/index.ts';

const vault = openVault(makeWorkspaceKey());

test('whatever stands above whom: a level below the parent, unless the parents lead back', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat(30), { nil: undefined }), { maxLength: 30 }), (parents) => {
      const tree = new Hierarchy(new RunBudget(), vault);
      parents.forEach((parent, record) =>
        tree.add(record, { key: `k${record}`, ...(parent === undefined ? {} : { parent: `k${parent}` }) }),
      );
      const above = (record: number): number | undefined => {
        const parent = parents[record];
        return parent === undefined || parent === record || parent >= parents.length ? undefined : parent;
      };
      for (let record = 0; record < parents.length; record++) {
        const way: number[] = [];
        for (let at = above(record); at !== undefined && !way.includes(at); at = above(at)) way.push(at);
        const isCyclic = way.includes(record);
        expect(tree.isCyclic(record)).toBe(isCyclic);
        const parent = above(record);
        const isTop = parent === undefined || isCyclic;
        expect(tree.level(record)).toBe(isTop ? 0 : tree.level(parent) + 1);
        if (isCyclic) expect(tree.cycleOf(record)).toBe(tree.cycleOf(parent as number));
        expect(tree.level(record)).toBeLessThanOrEqual(tree.depth);
      }
    }),
  );
});

test('a chain of 50,000 is ordered in a few reads, and in its memory', async () => {
  const budget = new RunBudget({ memoryBytes: 16 * 1024 ** 2 });
  const tree = new Hierarchy(budget, vault);
  const count = 50_000;
  for (let record = 0; record < count; record++) tree.add(record, { key: `${record}`, parent: `${record + 1}` });
  expect(tree.depth).toBe(count - 1);
  let reads = 0;
  async function* read() {
    reads++;
    for (let at = 0; at < count; at += 500) yield Array.from({ length: 500 }, (_, index) => at + index);
  }
  let last = count;
  for await (const chunk of byLevel(read, (record) => tree.level(record))) {
    expect(chunk).toEqual([--last]);
  }
  expect(last).toBe(0);
  expect(reads).toBeLessThan(8);
});

test('a level of its own goes through as it is read, in chunks of one level', async () => {
  async function* read() {
    for (let at = 0; at < 60_000; at += 500) yield Array.from({ length: 500 }, (_, index) => at + index);
  }
  const levelOf = (item: number): number => (item % 2 === 0 ? 1 : item % 10 === 1 ? 3 : 0);
  const found: number[] = [];
  for await (const chunk of byLevel(read, levelOf)) {
    expect(chunk.length).toBeLessThanOrEqual(750);
    expect(new Set(chunk.map(levelOf)).size).toBe(1);
    for (const item of chunk) found.push(item);
  }
  const all = Array.from({ length: 60_000 }, (_, index) => index);
  expect(found).toEqual([0, 1, 3].flatMap((level) => all.filter((item) => levelOf(item) === level)));
});
