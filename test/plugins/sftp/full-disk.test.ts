import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import store from '../../../plugins/sftp/store.ts';
import { codeOf } from '../../../src/connect/contract/index.ts';
import { openContext } from '../../connect/contexts.ts';
import { startOpenSsh } from '../../servers/openssh.ts';
import { unmount, withSmallDisk } from '../../servers/small-disk.ts';

it('a full disk of a real server is told in one clear sentence, and leaves nothing behind', async ({ skip }) => {
  const server = await startOpenSsh();
  const folder = join(server.folder, 'small');
  await mkdir(folder);
  const isMounted = withSmallDisk(folder);
  try {
    if (!isMounted) skip('This machine lets nobody mount a small disk, so none can be filled.');
    const { host, port, username, privateKey, hostKey } = server;
    const opened = await store.open(openContext({ host, port, username, privateKey, hostKey }));
    const writer = await opened.write('small/report.csv');
    const writing = async () => {
      await writer.write(Buffer.alloc(3_000_000));
      await writer.end();
    };
    expect(await codeOf(writing)).toBe('FILE_DISK_FULL');
    await writer.abort();
    expect(await readdir(folder)).toEqual([]);
    await opened.close();
  } finally {
    if (isMounted) unmount(folder);
    await server.close();
  }
});
