import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import type { Lease, Store } from '../../src/store/index.ts';
import {
  acknowledgement,
  active,
  begin,
  beginUnder,
  bench,
  contentOf,
  finished,
  hex,
  loaded,
  type Bench,
  type Change,
} from './workbench.ts';

const benches: Bench[] = [];
const newBench = (): Bench => {
  const made = bench();
  benches.push(made);
  return made;
};
afterEach(async () => {
  for (const made of benches.splice(0)) await made.remove();
});

test('what a commit acknowledges is loaded before and after the merge, with the id of its record', async () => {
  const { open, vault } = newBench();
  const store = open();
  const lease = await begin(store, 'r1');
  const { ids } = await store.commit(
    lease,
    'r1',
    'employees',
    acknowledgement(vault, [active('7', 'a'), active('8', 'b')]),
  );
  const before = await loaded(store);
  await store.mergeSnapshot(lease, 'employees');
  expect(await loaded(store)).toEqual(before);
  expect(before.get(hex(vault.keyHash('8')))).toEqual({ value: hex(vault.valueHash('b')), state: 1, recordId: ids[1] });
  expect(await store.snapshotRecords([ids[1] as number])).toEqual([contentOf('8', 'b')]);
});

test('a record that changes is written in place', async () => {
  const { open, vault } = newBench();
  const store = open();
  const lease = await begin(store, 'r1');
  const first = await store.commit(lease, 'r1', 'employees', acknowledgement(vault, [active('7', 'a')]));
  const id = first.ids[0] as number;
  const second = await store.commit(lease, 'r1', 'employees', acknowledgement(vault, [active('7', 'b', id)]));
  expect(second.ids).toEqual([id]);
  expect(await store.findInSnapshot('employees', vault.keyHash('7'))).toEqual(contentOf('7', 'b'));
});

interface Model {
  settled: Map<string, Change>;
  provisional: Change[][];
}
type Step =
  | { is: 'commit'; provisional: boolean; changes: { key: number; value: number; forget: boolean }[] }
  | { is: 'merge' | 'reopen' | 'settle' | 'drop' | 'find' };

const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        is: fc.constant('commit' as const),
        provisional: fc.boolean(),
        changes: fc.array(
          fc.record({ key: fc.nat(40), value: fc.nat(5), forget: fc.integer({ min: 0, max: 9 }).map((n) => n < 2) }),
          { maxLength: 12 },
        ),
      }),
    },
    {
      weight: 5,
      arbitrary: fc.constantFrom('merge', 'reopen', 'settle', 'drop', 'find').map((is) => ({ is }) as Step),
    },
  ),
  { maxLength: 30 },
);

test('any sequence of commits, settlements, drops, merges and reopens equals a plain map', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (sequence) => {
      const made = bench();
      try {
        await play(made, sequence as Step[]);
      } finally {
        await made.remove();
      }
    }),
    { numRuns: 60 },
  );
});

async function play({ open, vault }: Bench, sequence: Step[]): Promise<void> {
  let store = open();
  let run = 0;
  let lease = await begin(store, 'r0');
  const model: Model = { settled: new Map(), provisional: [] };
  const ids = new Map<string, number>();
  for (const step of sequence) {
    switch (step.is) {
      case 'commit': {
        // Ids are taken from what is settled, as a run that starts anew would know them.
        const changes = step.changes.map(({ key, value, forget }) => ({
          key: `k${key}`,
          value: `v${value}`,
          state: forget ? 0 : 1,
          recordId: null,
        }));
        await store.commit(lease, `r${run}`, 'employees', acknowledgement(vault, changes, step.provisional));
        if (step.provisional) model.provisional.push(changes);
        else apply(model, changes);
        break;
      }
      case 'merge':
        await store.mergeSnapshot(lease, 'employees');
        break;
      case 'reopen':
        await lease.release();
        await store.close();
        store = open();
        lease = await store.lock('employees', 'employees');
        break;
      case 'settle':
        await store.settleProvisional(lease, `r${run}`);
        model.provisional.forEach((changes) => apply(model, changes));
        model.provisional = [];
        break;
      case 'drop':
        run++;
        await beginUnder(store, lease, `r${run}`);
        await store.dropProvisional(lease, `r${run}`);
        model.provisional = [];
        break;
      case 'find':
        await compareFinds(store, model, vault);
        break;
    }
  }
  await compareFinds(store, model, vault);
  await compareLoad(store, model, vault, ids);
  await store.mergeSnapshot(lease, 'employees');
  await compareLoad(store, model, vault, ids);
  await compareFinds(store, model, vault);
}

function apply(model: Model, changes: Change[]): void {
  for (const change of changes) {
    if (change.state === 0) model.settled.delete(change.key);
    else model.settled.set(change.key, change);
  }
}

type BenchVault = Bench['vault'];

async function compareFinds(store: Store, model: Model, vault: BenchVault): Promise<void> {
  for (let key = 0; key <= 40; key += 3) {
    const known = model.settled.get(`k${key}`);
    const found = await store.findInSnapshot('employees', vault.keyHash(`k${key}`));
    expect(found).toEqual(known && contentOf(known.key, known.value));
  }
}

async function compareLoad(store: Store, model: Model, vault: BenchVault, _ids: Map<string, number>): Promise<void> {
  const found = await loaded(store);
  expect([...found.keys()]).toEqual([...found.keys()].sort());
  const expected = [...model.settled.values()].map(({ key, value }) => [
    hex(vault.keyHash(key)),
    hex(vault.valueHash(value)),
  ]);
  expect([...found].map(([key, { value }]) => [key, value]).sort()).toEqual(expected.sort());
  const facts = await store.snapshotFacts('employees');
  expect(facts?.entries ?? 0).toBe(model.settled.size);
  for (const known of model.settled.values()) {
    const id = found.get(hex(vault.keyHash(known.key)))?.recordId as number;
    expect(await store.snapshotRecords([id])).toEqual([contentOf(known.key, known.value)]);
  }
}

test('a merge removes the records that nothing points to any more', async () => {
  const { open, vault } = newBench();
  const store = open();
  const lease = await begin(store, 'r1');
  const first = await store.commit(
    lease,
    'r1',
    'employees',
    acknowledgement(vault, [active('7', 'a'), active('8', 'a')]),
  );
  const second = await store.commit(lease, 'r1', 'employees', acknowledgement(vault, [active('7', 'b')], true));
  await store.settleProvisional(lease, 'r1');
  const forget = { key: '8', value: '', state: 0, recordId: first.ids[1] as number };
  await store.commit(lease, 'r1', 'employees', acknowledgement(vault, [forget]));
  await store.mergeSnapshot(lease, 'employees');
  expect(await store.snapshotRecords(second.ids)).toEqual([contentOf('7', 'b')]);
  for (const id of first.ids) await expect(store.snapshotRecords([id])).rejects.toThrow('not in the store');
});

test('provisional acknowledgements of a run that never settled them are dropped, and the record before them stands', async () => {
  const { open, vault } = newBench();
  const store = open();
  const lease = await begin(store, 'r1');
  const { ids } = await store.commit(lease, 'r1', 'employees', acknowledgement(vault, [active('7', 'old')]));
  const doubtful = acknowledgement(vault, [active('7', 'new', ids[0] as number), active('9', 'new')], true);
  const written = await store.commit(lease, 'r1', 'employees', doubtful);
  expect(await store.findInSnapshot('employees', vault.keyHash('7'))).toEqual(contentOf('7', 'old'));
  await beginUnder(store, lease, 'r2');
  await store.dropProvisional(lease, 'r2');
  await store.settleProvisional(lease, 'r1');
  await store.mergeSnapshot(lease, 'employees');
  expect((await loaded(store)).size).toBe(1);
  expect(await store.snapshotRecords(ids)).toEqual([contentOf('7', 'old')]);
  await expect(store.snapshotRecords([written.ids[1] as number])).rejects.toThrow('not in the store');
});

test("another snapshot's provisional acknowledgements are left alone", async () => {
  const { open, vault } = newBench();
  const store = open();
  const first = await begin(store, 'r1');
  const second: Lease = await begin(store, 'r2', 'departments');
  await store.commit(second, 'r2', 'departments', acknowledgement(vault, [active('a', '1')], true));
  await store.dropProvisional(first, 'r1');
  await store.settleProvisional(second, 'r2');
  expect((await loaded(store, 'departments')).size).toBe(1);
});

test('a load that is overtaken by the merge of another process never shows older entries over newer ones', async () => {
  const { open, vault } = newBench();
  const store = open();
  const other = open();
  const lease = await begin(store, 'r1');
  const keys = Array.from({ length: 2000 }, (_, index) => `k${index}`);
  await store.commit(
    lease,
    'r1',
    'employees',
    acknowledgement(
      vault,
      keys.map((key) => active(key, 'old')),
    ),
  );
  const loading = other.loadSnapshot('employees')[Symbol.asyncIterator]();
  await loading.next();
  await store.commit(
    lease,
    'r1',
    'employees',
    acknowledgement(
      vault,
      keys.map((key) => active(key, 'new')),
    ),
  );
  await store.mergeSnapshot(lease, 'employees');
  const next = (await loading.next()).value as Uint8Array;
  expect(hex(next.subarray(8, 24))).toBe(hex(vault.valueHash('new')));
});

test('owner, rules and the last feed of a snapshot are remembered, each where it is given', async () => {
  const { open } = newBench();
  const store = open();
  expect(await store.snapshotFacts('employees')).toBeUndefined();
  const lease = await begin(store, 'r1');
  const rule = { filter: 'f1', key: 'k1', gone: 'g1' };
  await store.saveSnapshotFacts(lease, { name: 'employees', owner: 'employees', rule });
  await store.saveSnapshotFacts(lease, { name: 'employees', owner: 'staff', feed: { hash: 'h', at: 5 } });
  const personal = { fields: [], key: false };
  const facts = { name: 'employees', owner: 'staff', rule, feed: 'h', feedAt: 5, personal, entries: 0 };
  expect(await store.snapshotFacts('employees')).toEqual(facts);
  await store.finishRun(lease, finished('r1'));
});

test('what was personal once stays personal', async () => {
  const { open } = newBench();
  const store = open();
  const lease = await begin(store, 'r1');
  const save = (personal: { fields: string[]; key: boolean }): Promise<void> =>
    store.saveSnapshotFacts(lease, { name: 'employees', owner: 'employees', personal });
  await save({ fields: ['mail'], key: true });
  await save({ fields: ['name'], key: false });
  await store.saveSnapshotFacts(lease, { name: 'employees', owner: 'employees' });
  expect((await store.snapshotFacts('employees'))?.personal).toEqual({ fields: ['mail', 'name'], key: true });
});
