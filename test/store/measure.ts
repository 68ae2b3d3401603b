/**
 * Measures the snapshot: node --import ./test/store/processes/register.mjs test/store/measure.ts [ENTRIES]
 * Prints milliseconds and MB; nothing of it is a test, since the machine decides.
 */
import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { acknowledgement, active, begin, beginUnder, bench, type Change } from './workbench.ts';
import { ENTRY_BYTES } from '../../src/store/entry.ts';

const total = Number(process.argv[2] ?? 1_000_000);
const BATCH = 500;
const made = bench();
const store = made.open();
const lease = await begin(store, 'r1');

const fields = (index: number): string => JSON.stringify({ index, name: `Name ${index}`, text: 'x'.repeat(300) });
const times: number[] = [];
async function commit(changes: Change[]): Promise<void> {
  const prepared = acknowledgement(made.vault, changes);
  const from = performance.now();
  await store.commit(lease, 'r1', 'employees', prepared);
  times.push(performance.now() - from);
}
async function timed(label: string, work: () => Promise<unknown>): Promise<void> {
  const rssBefore = process.memoryUsage().rss;
  const from = performance.now();
  const result = await work();
  const grown = Math.round((process.memoryUsage().rss - rssBefore) / 1e6);
  console.log(
    `${label}: ${(performance.now() - from).toFixed(0)} ms, rss ${Math.round(process.memoryUsage().rss / 1e6)} MB (${grown >= 0 ? '+' : ''}${grown})`,
    result ?? '',
  );
}
async function load(): Promise<number> {
  let entries = 0;
  for await (const part of store.loadSnapshot('employees')) entries += part.length / ENTRY_BYTES;
  return entries;
}
const median = (): string => {
  const sorted = times.splice(0).sort((a, b) => a - b);
  return `median ${sorted[sorted.length >> 1]?.toFixed(1)} ms, 99 % ${sorted[Math.floor(sorted.length * 0.99)]?.toFixed(1)} ms`;
};

const keys = Array.from({ length: total }, () => randomUUID());
await timed(`${total} records in commits of ${BATCH}`, async () => {
  for (let at = 0; at < total; at += BATCH)
    await commit(keys.slice(at, at + BATCH).map((key, index) => active(key, fields(at + index))));
});
console.log('  each commit:', median());
await timed('load, nothing merged', load);
await timed('merge', () => store.mergeSnapshot(lease, 'employees'));
await timed('load, all merged', load);
await timed('load again', load);
await timed('10,000 look-ups of random keys', async () => {
  for (let n = 0; n < 10_000; n++)
    await store.findInSnapshot('employees', made.vault.keyHash(keys[(n * 7919) % total] as string));
});
await beginUnder(store, lease, 'r2');
await timed('5,000 changes in commits', async () => {
  for (let at = 0; at < 5000; at += BATCH) {
    await commit(
      Array.from({ length: BATCH }, (_, index) =>
        active(keys[((at + index) * 199) % total] as string, fields(index), (((at + index) * 199) % total) + 1),
      ),
    );
  }
});
console.log('  each commit:', median());
await timed('load with 5,000 waiting', load);
await timed('merge of 5,000', () => store.mergeSnapshot(lease, 'employees'));
await timed('single-record commits, 1,000', async () => {
  for (let at = 0; at < 1000; at++) await commit([active(keys[at] as string, fields(1), at + 1)]);
});
console.log('  each commit:', median());
console.log(
  `file ${Math.round(statSync(made.path).size / 1e6)} MB, wal ${Math.round(statSync(made.path + '-wal').size / 1e6)} MB`,
);
await lease.release();
await made.remove();
