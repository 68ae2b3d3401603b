import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openReading, type ReadingScene } from '../reading.ts';
import { startExports, type Exports } from './server.ts';

let exports: Exports;
let scene: ReadingScene;
beforeEach(async () => {
  exports = await startExports('k3y');
  exports.state.rows = ['a', 'b', 'c', 'd', 'e'].map((id) => `${id};N ${id}`);
  scene = await openReading({
    connector: join(import.meta.dirname, 'connector.txt'),
    name: 'exports',
    connection: { url: exports.url, key: 'k3y' },
    filesHost: exports.storeHost,
    pipeline: `
pipeline: people
source: exports.people
steps:
  - map: { id: =id, name: =name }
  - diff: { guard: { missing: 100% } }
`,
  });
});
afterEach(async () => {
  await scene.close();
  await exports.close();
});

it('a report is made, asked for until it is done, and its files are read', async () => {
  expect((await scene.run()).counts).toMatchObject({ read: 5, delivered: { create: 5 }, unsettled: 0 });
  expect(exports.state.requests).toEqual(['POST /exports', 'GET /exports/x1', 'GET /exports/x1', 'GET /exports/x1']);
  expect(scene.waits).toHaveLength(2);
  expect(scene.waits.every((ms) => ms >= 7000)).toBe(true);
  expect(scene.people.get('e')).toEqual({ id: 'e', name: 'N e' });
});

it('the key of the API never comes to the store of files', async () => {
  await scene.run();
  expect(exports.state.leaks).toEqual([]);
});

it('each run makes a report of its own, and who is not in it is missing', async () => {
  await scene.run();
  exports.state.rows = exports.state.rows.slice(1);
  const { counts } = await scene.run();
  expect(counts).toMatchObject({ read: 4, absent: 1, delivered: { missing: 1 } });
  expect(exports.jobs.size).toBe(2);
  expect([...scene.people.keys()].sort()).toEqual(['b', 'c', 'd', 'e']);
});

it('where too many reports are being made the run waits as long as it is told', async () => {
  exports.state.busy = 1;
  expect((await scene.run()).status).toBe('done');
  expect(scene.waits[0]).toBeGreaterThanOrEqual(30_000);
});

it.each([
  ['a report that fails', { fails: true }, 'The report was too large'],
  ['a report that is never done', { left: 1e9 }, ''],
  ['a part that is lost', { second: 'lost' as const }, ''],
  ['a part that is cut', { second: 'cut' as const }, ''],
])('%s makes nobody missing', async (_what, fault, reason) => {
  await scene.run();
  scene.ledger.length = 0;
  exports.state.rows = exports.state.rows.slice(0, 2);
  Object.assign(exports.state, fault);
  const result = await scene.run();
  expect(result.reason ?? '').toContain(reason);
  expect(result.counts.delivered).toEqual({});
  expect(scene.ledger).toEqual([]);
  expect(JSON.stringify(result)).not.toContain('signature');
});
