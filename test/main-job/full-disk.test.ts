import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { makeClient } from './client.ts';

const program = join(import.meta.dirname, '../../dist/bin/portolan.js');

const files = {
  'portolan.yaml': "workspace: small\nversion: 1\ntimezone: UTC\nkey: '${file:workspace.key}'\n",
  'pipelines/people.yaml': `pipeline: people
source:
  file: { path: in/people.csv }
  format: csv
  feed: full
record: { key: id }
steps:
  - map: { id: =id, name: =name }
  - diff: { missing: ignore }
sink:
  file: { path: 'out/{{$run.id}}.csv' }
  format: csv
`,
  'out/.keep': '',
};

/** A disk of 4 MB that can be filled; only root may make one, and in CI it must be possible. */
function mountSmallDisk(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder], { stdio: 'pipe' });
    return true;
  } catch (error) {
    if (process.env.CI) throw error;
    return false;
  }
}

test('a full disk under the workspace: one clear sentence, state unharmed, and the next run goes on', async ({
  skip,
}) => {
  const client = await makeClient(files);
  const folder = await mkdtemp(join(tmpdir(), 'portolan-small-disk-'));
  const isMounted = mountSmallDisk(folder);
  try {
    if (!isMounted) skip('This machine lets nobody mount a small disk, so none can be filled.');
    await cp(client.folder, folder, { recursive: true });
    const rows = (count: number, name: string): string =>
      ['id,name', ...Array.from({ length: count }, (_, index) => `${index},${name} ${index}`), ''].join('\n');
    const run = () => spawnSync(process.execPath, [program, 'run', 'people'], { cwd: folder, encoding: 'utf8' });
    await writeFile(join(folder, 'in.csv'), '');
    execFileSync('mkdir', ['-p', join(folder, 'in')]);
    await writeFile(join(folder, 'in/people.csv'), rows(200, 'First'));
    expect(run().status).toBe(0);

    await writeFile(join(folder, 'in/people.csv'), rows(3000, 'Second'));
    const { bavail, bsize } = await statfs(folder);
    await writeFile(join(folder, 'filler'), Buffer.alloc(bavail * bsize - 200 * 1024));
    const full = run();
    expect(full.status).toBe(1);
    expect(full.stdout + full.stderr).toMatch(/disk/i);
    expect(full.stdout + full.stderr).not.toMatch(/\n\s+at .+:\d+/);

    await rm(join(folder, 'filler'));
    const next = run();
    expect(next.status).toBe(0);
    expect(next.stdout).toMatch(/delivered: update +200/);
    expect(next.stdout).toMatch(/delivered: create +2800/);
  } finally {
    if (isMounted) execFileSync('umount', [folder]);
    await rm(folder, { recursive: true, force: true });
    await client.close();
  }
});
