import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import store from '../../../plugins/ftp/store.ts';
import type { Problem } from '../../../src/connect/sdk/index.ts';
import { openContext } from '../../connect/contexts.ts';
import { startVsftpd } from '../../servers/vsftpd.ts';
import { unmount, withSmallDisk } from '../../servers/small-disk.ts';

it('a full disk of a real server is told in one clear sentence, and leaves nothing behind', async ({ skip }) => {
  const server = await startVsftpd({ encryption: 'none' });
  const folder = join(server.folder, 'small');
  await mkdir(folder);
  const isMounted = withSmallDisk(folder);
  try {
    if (!isMounted) skip('This machine lets nobody mount a small disk, so none can be filled.');
    const { host, port, username, password } = server;
    const opened = await store.open(openContext({ host, port, username, password, encryption: 'none' }));
    const writer = await opened.write('small/report.csv');
    const writing = async () => {
      for (let sent = 0; sent < 30; sent += 1) await writer.write(Buffer.alloc(100_000));
      await writer.end();
    };
    const told = await writing().then(
      () => undefined,
      (error: unknown) => error as Problem,
    );
    // vsftpd ends the transfer and says why (451); which of the two comes first is not ours.
    expect(['FTP_DROPPED', 'FILE_FAILED']).toContain(told?.code);
    expect(told?.message).toContain('small/report.csv');
    expect(told?.fix).toMatch(/disk and (its )?quota/);
    await writer.abort();
    expect(await readdir(folder)).toEqual([]);
    await opened.close();
  } finally {
    if (isMounted) unmount(folder);
    await server.close();
  }
});
