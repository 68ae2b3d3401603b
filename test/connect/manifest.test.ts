import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import file from '../../plugins/file/store.ts';
import { sourceHarness, type Written } from './source-harness.ts';

let folder: string;
let harness: ReturnType<typeof sourceHarness>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portolan-manifest-'));
  await mkdir(join(folder, 'out'));
  harness = sourceHarness(file, undefined, folder);
  await put('staff.csv', content);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const content = 'code;name\n1;x\n2;x\n';
const sha256 = createHash('sha256').update(content).digest('hex');
const put = (name: string, text: string): Promise<void> => writeFile(join(folder, 'out', name), text);
const manifest = (readings: Omit<NonNullable<Written['manifest']>, 'path'>): Written => ({
  path: 'out/staff*',
  manifest: { path: '{{$file.name}}.json', ...readings },
});
const all = { rows: 'count', feed: 'kind', hash: 'sha256' };

test('a file that is what its manifest says is complete', async () => {
  await put('staff.csv.json', JSON.stringify({ count: 2, kind: 'full', sha256: sha256.toUpperCase() }));
  const { end, notes, codes } = await harness.run(manifest(all));
  expect([codes, end?.complete, notes]).toEqual([['1', '2'], true, []]);
});

test.each([
  [{ rows: 'count' }, '{"count":3}', /2 records, and not as many/],
  [{ rows: 'count' }, '{"count":1}', /2 records, and not as many/],
  [{ rows: 'count' }, '{}', /does not say how many/],
  [{ rows: '$number(count)' }, '{"count":"many"}', /does not say how many/],
  [{ hash: 'sha256' }, '{"sha256":"00"}', /its bytes are not those/],
  [{ hash: 'sha256' }, '{}', /its bytes are not those/],
  [{ feed: 'kind' }, '{"kind":"changes"}', /does not say that it is full/],
  [{ feed: 'kind' }, '{}', /does not say that it is full/],
  [{ rows: 'count' }, '{', /not JSON/],
  [{ rows: 'count' }, `{"count":2,"x":"${'x'.repeat(1024 * 1024)}"}`, /not JSON of at most 1 MB/],
])('S6: by %j of another manifest it is not complete, and a note says why', async (readings, text, reason) => {
  await put('staff.csv.json', text);
  const { end, notes, codes } = await harness.run(manifest(readings));
  expect(codes).toEqual(['1', '2']);
  expect(end).toMatchObject({ complete: false });
  expect(end?.reason).toMatch(reason);
  expect(notes.join()).toMatch(reason);
});

test('a file waits for its manifest, which is put away with it', async () => {
  const written: Written = { ...manifest({ rows: 'count' }), then: { move: 'archive' } };
  expect((await harness.run({ ...written, none: 'skip' })).nothing).toMatch(/1 still being written or without marker/);
  await put('staff.csv.json', '{"count":2}');
  const marked: Written = { ...written, ready: '{{$file.name}}.ok' };
  expect((await harness.run({ ...marked, none: 'skip' })).nothing).toMatch(/^No file/);
  await put('staff.csv.ok', '');
  expect((await harness.run(marked)).codes).toEqual(['1', '2']);
  expect((await readdir(join(folder, 'archive'))).sort()).toEqual(['staff.csv', 'staff.csv.json', 'staff.csv.ok']);
});
