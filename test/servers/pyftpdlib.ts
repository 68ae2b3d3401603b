import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { endOf } from './processes.ts';
import { seedsIn } from './seeded-folder.ts';
import type { Vsftpd } from './vsftpd.ts';

/** A real FTP server that lists by MLSD, which vsftpd does not; plain, with paths below its own root. */
export async function startPyftpdlib(): Promise<Omit<Vsftpd, 'dropConnections'>> {
  const place = await mkdtemp(join(tmpdir(), 'portolan-pyftpdlib-'));
  const folder = join(place, 'home');
  await mkdir(folder);
  const [username, password] = ['hr', 'correct horse'];
  // Debian's own Python, which knows the packages of Debian.
  const script = join(import.meta.dirname, 'mlsd_server.py');
  const child = spawn('/usr/bin/python3', [script, folder, username, password], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-4000)));
  const ended = once(child, 'close').then(() => {
    throw new Error(`pyftpdlib did not start: ${log}`);
  });
  ended.catch(() => {});
  const [said] = (await Promise.race([once(child.stdout, 'data'), ended])) as [Buffer];
  return {
    host: '127.0.0.1',
    port: Number(said.toString()),
    username,
    password,
    folder,
    seed: seedsIn(folder, userInfo()),
    async close() {
      await endOf(child);
      await rm(place, { recursive: true, force: true });
    },
  };
}
