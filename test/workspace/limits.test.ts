import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { makeWorkspaceKey } from '../../src/store/index.ts';
import { openWorkspace } from '../../src/workspace/index.ts';
import type { RunResult } from '../../src/engine/run/result.ts';

const pipeline = `pipeline: people
source: { file: { path: in/people.csv }, format: csv, feed: full }
record: { key: id, fields: { id: {}, name: { personal: true } } }
steps: [{ diff: { missing: ignore } }]
sink: { file: { path: 'out/{{$run.id}}.ndjson' }, format: ndjson }
`;

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** One run of 2,000 people with these words under `limits:`. */
async function runWith(limits: string): Promise<RunResult> {
  const folder = mkdtempSync(join(tmpdir(), 'portolan-limits-'));
  folders.push(folder);
  const rows = Array.from({ length: 2000 }, (_, index) => `${index},Name ${index}`);
  const files = {
    'portolan.yaml': `workspace: acme\nversion: 1\ntimezone: UTC\nkey: '\${KEY}'\n${limits}`,
    'pipelines/people.yaml': pipeline,
    'in/people.csv': ['id,name', ...rows, ''].join('\n'),
    'out/.keep': '',
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const workspace = await openWorkspace(folder, { env: { KEY: makeWorkspaceKey() } });
  try {
    return await workspace.run('people');
  } finally {
    await workspace.close();
  }
}

test('the memory that portolan.yaml allows bounds a run', async () => {
  expect(await runWith('limits: { memory: 8KB }\n')).toMatchObject({
    status: 'failed',
    code: 'MEMORY_OVER_BUDGET',
    reason: expect.stringMatching(/does not fit in the \d+ bytes of memory .*; nothing was delivered$/),
  });
});

test('the disk that portolan.yaml allows bounds a run', async () => {
  expect(await runWith('limits: { disk: 4KB }\n')).toMatchObject({
    status: 'failed',
    code: 'DISK_OVER_BUDGET',
    reason: expect.stringMatching(/does not fit in the \d+ bytes of disk .*; nothing was delivered$/),
  });
});

test('without limits of its own a run has those that the schema knows', async () => {
  expect(await runWith('')).toMatchObject({ status: 'done', counts: { delivered: { create: 2000 } } });
});
