import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RunBudget, type RunLimits } from '../../src/engine/diff/budget.ts';
import { fates, flag, Ledger } from '../../src/engine/diff/ledger.ts';
import { operations } from '../../src/model/record.ts';
import { ENTRY_BYTES, entryOffset } from '../../src/store/entry.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'portolan-ledger-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const hashOf = (name: string, length: number): Uint8Array =>
  Uint8Array.from(createHash('sha256').update(name).digest().subarray(0, length));

/** Key hashes of which many share half of their bytes, so that a table's short cuts are put to the test. */
const keyOf = (key: number): Uint8Array => {
  const hash = new Uint8Array(8);
  new DataView(hash.buffer).setUint32(0, (key >> 3) * 0x9e3779b1);
  new DataView(hash.buffer).setUint32(4, (key & 7) * 0x01000001);
  return hash;
};

function snapshotEntry(key: number, keyHash = keyOf(key)): Uint8Array {
  const entry = new Uint8Array(ENTRY_BYTES);
  entry.set(keyHash, entryOffset.keyHash);
  entry.set(hashOf(`v${key}`, 16), entryOffset.valueHash);
  const view = new DataView(entry.buffer);
  view.setFloat64(entryOffset.recordId, key * 2 + 1);
  view.setUint8(entryOffset.state, 1 + (key % 2));
  return entry;
}

/** All that a ledger says of an entry. */
const tell = (ledger: Ledger, index: number): unknown => [
  Buffer.from(ledger.entry(index)).toString('hex'),
  Buffer.from(ledger.keyHash(index)).toString('hex'),
  Buffer.from(ledger.valueHash(index)).toString('hex'),
  Buffer.from(ledger.seenHash(index)).toString('hex'),
  [ledger.state(index), ledger.done(index), ledger.operation(index), ledger.recordId(index)],
  [ledger.firstAbsent(index), ledger.absentFeeds(index), ledger.line(index), ledger.origin(index), ledger.fate(index)],
  Object.values(flag).map((bit) => ledger.has(index, bit)),
];

/** What may be done to a ledger; gives what it answers. */
type Deed = { do: number; key: number; number: number };
const deeds: ((ledger: Ledger, index: number, deed: Deed) => unknown)[] = [
  (ledger, _index, { key }) => ledger.find(keyOf(key)),
  (ledger, index) => tell(ledger, index),
  (ledger, index, { number }) => ledger.mark(index, 1 << (number % 8)),
  (ledger, index, { number }) => ledger.setSeen(index, hashOf(`s${number}`, 16), number, number % 7),
  (ledger, index) => ledger.setValueHash(index, ledger.seenHash(index)),
  (ledger, index, { number }) => ledger.setState(index, number % 3),
  (ledger, index, { number }) => ledger.setDone(index, number % 256),
  (ledger, index, { number }) => ledger.setOperation(index, operations[number % operations.length] ?? 'create'),
  (ledger, index, { number }) => ledger.setRecordId(index, number),
  (ledger, index, { number }) => ledger.setAbsence(index, number * 1000, number),
  (ledger, index, { number }) => ledger.setFate(index, fates[number % fates.length] ?? 'none'),
];

function perform(limits: RunLimits, known: number, done: Deed[]): unknown[] {
  const ledger = new Ledger(new RunBudget(limits), join(folder, 'pages'));
  try {
    ledger.load(Buffer.concat(Array.from({ length: known }, (_, key) => snapshotEntry(key * 3))));
    const said = done.map((deed) => {
      const index = ledger.findOrAdd(keyOf(deed.key));
      return [index, deeds[deed.do]?.(ledger, index, deed)];
    });
    return [...said, ledger.size, ledger.active, ...Array.from({ length: ledger.size }, (_, at) => tell(ledger, at))];
  } finally {
    ledger.drop();
  }
}

const deed = fc.record({
  do: fc.nat(deeds.length - 1),
  key: fc.nat(150),
  number: fc.nat(70_000),
});

test('a ledger with one page in memory and one without bound are the same ledger', () => {
  fc.assert(
    fc.property(
      fc.nat(60),
      fc.array(deed, { maxLength: 120 }),
      fc.constantFrom(2, 4, 8),
      fc.constantFrom(1, 3),
      (known, done, entries, inMemory) => {
        const spilled = perform({ pages: { entries, inMemory } }, known, done);
        expect(spilled).toEqual(perform({}, known, done));
      },
    ),
    { numRuns: 150 },
  );
});

test('above a budget of memory the oldest pages go to disk, and nothing of what they say changes', () => {
  const count = 30_000;
  const spread = (key: number): Uint8Array => hashOf(`k${key}`, 8);
  const budget = new RunBudget({ memoryBytes: 1024 ** 2 });
  const small = new Ledger(budget, join(folder, 'pages'));
  const large = new Ledger();
  try {
    const snapshot = Buffer.concat(Array.from({ length: count }, (_, key) => snapshotEntry(key, spread(key))));
    for (const ledger of [small, large]) ledger.load(snapshot);
    let random = 1;
    for (let step = 0; step < count * 2; step++) {
      random = Math.imul(random, 1_664_525) + 1_013_904_223;
      const key = (random >>> 8) % (count + 5_000);
      const name = deeds[2 + ((random >>> 4) % 9)];
      for (const ledger of [small, large]) {
        name?.(ledger, ledger.findOrAdd(spread(key)), { do: 0, key, number: step });
      }
    }
    expect(small.size).toBe(large.size);
    const differing = Array.from({ length: large.size }, (_, index) => index).filter(
      (index) => JSON.stringify(tell(small, index)) !== JSON.stringify(tell(large, index)),
    );
    expect(differing).toEqual([]);
    expect(budget.diskTaken).toBeGreaterThan(1024 ** 2);
    expect(budget.memoryTaken).toBeLessThanOrEqual(1024 ** 2);
  } finally {
    small.drop();
  }
});

test('what a ledger gives out is a copy: other entries come and go, and whoever writes to it changes nothing', () => {
  const ledger = new Ledger(new RunBudget({ pages: { entries: 2, inMemory: 1 } }), join(folder, 'pages'));
  try {
    for (let key = 0; key < 12; key++) ledger.load(snapshotEntry(key));
    const given = Array.from({ length: 12 }, (_, index) => ledger.entry(index));
    expect(given).toEqual(Array.from({ length: 12 }, (_, key) => snapshotEntry(key)));
    for (const entry of given) entry.fill(0);
    ledger.valueHash(11).fill(0);
    ledger.keyHash(0).fill(0);
    expect(Array.from({ length: 12 }, (_, index) => ledger.entry(index))).toEqual(
      Array.from({ length: 12 }, (_, key) => snapshotEntry(key)),
    );
  } finally {
    ledger.drop();
  }
});

test('the file of what memory does not hold has no name', () => {
  const own = join(folder, 'runs');
  const ledger = new Ledger(new RunBudget({ pages: { entries: 2, inMemory: 1 } }), join(own, 'r1.pages'));
  try {
    for (let key = 0; key < 12; key++) ledger.load(snapshotEntry(key));
    expect(readdirSync(own)).toEqual([]);
  } finally {
    ledger.drop();
  }
});
