import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeWorkspaceKey } from '../../src/store/index.ts';
import { commerceMl, itemPath } from '../plugins/xml/commerce-ml.ts';
import { runMeasured } from './run-measured.ts';

const LIMIT_BYTES = 350 * 1024 * 1024;
const ITEMS = 260_000;

const goods = `pipeline: goods
source:
  file: { path: in/goods.xml }
  format: { xml: { records: ${itemPath}, lists: [Группы/Ид, ЗначенияСвойств/ЗначенияСвойства] } }
  feed: full
record: { key: Ид }
steps:
  - map: { id: =Ид, name: =Наименование, groups: =Группы.Ид }
  - diff: { missing: ignore }
sink:
  file: { path: out/goods.ndjson }
  format: ndjson
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portolan-xml-memory-'));
  for (const name of ['in', 'out', 'pipelines']) await mkdir(join(folder, name));
  await writeFile(
    join(folder, 'portolan.yaml'),
    "workspace: memory\nversion: 1\ntimezone: Europe/Moscow\nkey: '${file:workspace.key}'\n",
  );
  await writeFile(join(folder, 'pipelines/goods.yaml'), goods);
  await writeFile(join(folder, 'workspace.key'), makeWorkspaceKey(), { mode: 0o600 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a catalogue of 200 MB in XML stays within 350 MB, and each item arrives once', async () => {
  const path = join(folder, 'in/goods.xml');
  await pipeline(Readable.from(commerceMl({ items: ITEMS, encoding: 'utf-8' })), createWriteStream(path));
  expect((await stat(path)).size).toBeGreaterThan(200_000_000);
  const { result, peakBytes } = await runMeasured(folder, 'goods');
  expect(result).toMatchObject({ status: 'done', counts: { read: ITEMS, delivered: { create: ITEMS }, unsettled: 0 } });
  const seen = new Set<string>();
  for await (const line of createInterface({ input: createReadStream(join(folder, 'out/goods.ndjson')) }))
    seen.add((JSON.parse(line) as { id: string }).id);
  expect(seen.size).toBe(ITEMS);
  expect(peakBytes).toBeLessThan(LIMIT_BYTES);
}, 300_000);
