import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import store from '../../../plugins/sftp/store.ts';
import { codeOf, fileStoreContract } from '../../../src/connect/contract/index.ts';
import { startSftpServer, type SftpServer } from '../../../src/sandbox/sftp/index.ts';
import { openContext } from '../../connect/contexts.ts';
import { mkdir, utimes } from 'node:fs/promises';

let place: string;
let server: SftpServer;
let folders = 0;
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'portolan-sandbox-sftp-'));
  server = await startSftpServer({ root: place, username: 'hr', password: 'a password' });
});
afterAll(async () => {
  await server.close();
  await rm(place, { recursive: true, force: true });
});

const open = (signal?: AbortSignal) => {
  const { host, port, username, hostKeyFingerprint } = server;
  const connection = { host, port, username, password: 'a password', hostKey: hostKeyFingerprint, timeout: 5000 };
  return store.open(openContext(connection, signal ? { signal } : {}));
};

fileStoreContract('sftp over the sandbox', () => ({
  open,
  async newFolder() {
    const name = `/c${(folders += 1)}`;
    await mkdir(join(place, name));
    return name;
  },
  async seed(path, content, mtime) {
    await writeFile(join(place, path), content);
    if (mtime !== undefined) await utimes(join(place, path), mtime / 1000, mtime / 1000);
  },
}));

it('a server that stops taking a file is told in one sentence, and leaves nothing behind', async () => {
  await mkdir(join(place, 'full'));
  server.faults.fullAfterBytes = 100_000;
  const opened = await open();
  try {
    const writer = await opened.write('/full/a.csv');
    const writing = async () => {
      await writer.write(Buffer.alloc(5_000_000));
      await writer.end();
    };
    expect(await codeOf(writing)).toBe('FILE_FAILED');
    await writer.abort();
    expect(await readdir(join(place, 'full'))).toEqual([]);
  } finally {
    server.faults.fullAfterBytes = undefined;
    await opened.close();
  }
});

it('a dropped connection is transient, and the next one works', async () => {
  await writeFile(join(place, 'big'), Buffer.alloc(3_000_000));
  server.faults.dropAfterBytes = 1_000_000;
  const first = await open();
  const reading = async () => {
    for await (const _chunk of first.read('/big'));
  };
  expect(await codeOf(reading)).toBe('SFTP_DROPPED');
  await first.close();
  const second = await open();
  expect((await second.list('/')).map(({ name }) => name)).toContain('big');
  await second.close();
});
