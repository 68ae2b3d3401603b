import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import store from '../../../plugins/webdav/store.ts';
import type { Problem } from '../../../src/connect/sdk/index.ts';
import { openContext } from '../../connect/contexts.ts';
import { startApache } from '../../servers/apache.ts';
import { unmount, withSmallDisk } from '../../servers/small-disk.ts';

it('a full disk of a real server is told in one clear sentence, and leaves nothing behind', async ({ skip }) => {
  const server = await startApache();
  const folder = join(server.folder, 'small');
  await mkdir(folder);
  const isMounted = withSmallDisk(folder);
  try {
    if (!isMounted) skip('This machine lets nobody mount a small disk, so none can be filled.');
    const { url, username, password } = server;
    const opened = await store.open(openContext({ url, username, password, encryption: 'none' }));
    const writer = await opened.write('small/report.csv');
    const writing = async () => {
      for (let sent = 0; sent < 30; sent += 1) await writer.write(Buffer.alloc(100_000));
      await writer.end();
    };
    const told = await writing().then(
      () => undefined,
      (error: unknown) => error as Problem,
    );
    expect(told?.code).toBe('FILE_DISK_FULL');
    await writer.abort();
    expect(await readdir(folder)).toEqual([]);
    await opened.close();
  } finally {
    if (isMounted) unmount(folder);
    await server.close();
  }
});
