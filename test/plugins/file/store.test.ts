import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { told } from '../../../plugins/file/failure.ts';
import store from '../../../plugins/file/store.ts';
import { codeOf, collect, fileStoreContract } from '../../../src/connect/contract/index.ts';
import { openContext } from '../../connect/contexts.ts';

let place: string;
let folders = 0;
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'portolan-files-'));
  await mkdir(join(place, 'root'));
});
afterAll(() => rm(place, { recursive: true, force: true }));

const open = (connection: { folder?: string } | undefined = { folder: 'root' }, signal?: AbortSignal) =>
  store.open(openContext(connection, { folder: place, ...(signal ? { signal } : {}) }));

fileStoreContract('file', () => ({
  open: (signal) => open(undefined, signal),
  async newFolder() {
    const name = `c${(folders += 1)}`;
    await mkdir(join(place, 'root', name));
    return name;
  },
  async seed(path, content, mtime) {
    await writeFile(join(place, 'root', path), content);
    if (mtime !== undefined) await utimes(join(place, 'root', path), mtime / 1000, mtime / 1000);
  },
}));

describe('a local folder', () => {
  it('is the workspace where the connection names none', async () => {
    await writeFile(join(place, 'in-workspace.csv'), 'a');
    const workspace = await store.open(openContext(undefined, { folder: place }));
    expect((await collect(workspace.read('in-workspace.csv'))).toString()).toBe('a');
  });

  it('lets no path out by dots, by an absolute path or by a link', async () => {
    const opened = await open();
    await writeFile(join(place, 'outside.csv'), 'secret');
    await mkdir(join(place, 'rooted'));
    await symlink(place, join(place, 'root', 'up'));
    await symlink(join(place, 'outside.csv'), join(place, 'root', 'link.csv'));
    for (const path of [
      '../outside.csv',
      'a/../../outside.csv',
      join(place, 'outside.csv'),
      'up/outside.csv',
      'link.csv',
      '../rooted',
    ]) {
      expect(await codeOf(() => collect(opened.read(path)))).toBe('FILE_OUTSIDE');
      expect(await codeOf(() => opened.stat(path))).toBe('FILE_OUTSIDE');
    }
    expect(await codeOf(() => opened.write('up/new.csv'))).toBe('FILE_OUTSIDE');
    expect(await codeOf(() => opened.write('../new.csv'))).toBe('FILE_OUTSIDE');
    expect(await codeOf(() => opened.makeFolder('up/new/deep'))).toBe('FILE_OUTSIDE');
    expect(await codeOf(() => opened.remove('up/outside.csv'))).toBe('FILE_OUTSIDE');
    expect(await codeOf(() => opened.list('up'))).toBe('FILE_OUTSIDE');
    await writeFile(join(place, 'root', 'inside.csv'), 'x');
    expect(await codeOf(() => opened.rename('inside.csv', '../stolen.csv'))).toBe('FILE_OUTSIDE');
    expect(await codeOf(() => opened.rename('../outside.csv', 'mine.csv'))).toBe('FILE_OUTSIDE');
    expect((await collect(opened.read(join(place, 'root', 'inside.csv')))).toString()).toBe('x');
  });

  it('says that the disk is full', async () => {
    // A device that is always full stands for a disk; a file can't be created on it, so only its refusal is looked at.
    expect(await codeOf(() => told('report.csv', 'FILE_MISSING', () => writeFile('/dev/full', 'x')))).toBe(
      'FILE_DISK_FULL',
    );
  });
});
