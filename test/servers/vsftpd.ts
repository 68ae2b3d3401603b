import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newAccount } from './account.ts';
import { findProgram } from './find-program.ts';
import { childrenOf, endOf, killTree, listening } from './processes.ts';
import { seedsIn, type Seed } from './seeded-folder.ts';

/** A real vsftpd on 127.0.0.1, with an account of its own. */
export interface Vsftpd {
  host: string;
  port: number;
  username: string;
  password: string;
  /** The account's folder, where relative paths begin. */
  folder: string;
  seed: Seed;
  /** Ends every connection, as a broken network would; the server stays up. */
  dropConnections(): void;
  close(): Promise<void>;
}

export interface VsftpdOptions {
  /** How connections are encrypted; `none` knows no TLS at all. */
  encryption: 'none' | 'explicit' | 'implicit';
  /** PEM texts of the server, where it encrypts. */
  certificate?: { cert: string; key: string };
}

/** Starts vsftpd as root (it changes to the account by itself); everything is thrown away by `close`. */
export async function startVsftpd({ encryption, certificate }: VsftpdOptions): Promise<Vsftpd> {
  const vsftpd = findProgram('vsftpd');
  if (!vsftpd) throw new Error('There is no vsftpd; see test/servers/setup.ts.');
  if (process.getuid?.() !== 0)
    throw new Error('vsftpd lets accounts in only where it runs as root; run the tests so.');
  const place = await mkdtemp(join(tmpdir(), 'portolan-vsftpd-'));
  await chmod(place, 0o755);
  const folder = join(place, 'home');
  await mkdir(folder);
  await mkdir(join(place, 'empty'), { mode: 0o755 });
  const account = newAccount(folder);
  await chown(folder, account.uid, account.gid);
  if (certificate) {
    await writeFile(join(place, 'server.pem'), certificate.cert);
    await writeFile(join(place, 'server.key'), certificate.key, { mode: 0o600 });
  }
  // The banner is this server's own word: nobody else's port says it.
  const banner = randomBytes(8).toString('hex');
  const start = async (port: number): Promise<ChildProcess> => {
    const file = join(place, 'vsftpd.conf');
    await writeFile(file, configOf(place, port, banner, encryption));
    return spawn(vsftpd, [file], { stdio: ['ignore', 'pipe', 'pipe'] });
  };
  const isTls = encryption === 'implicit';
  const sweep = async (): Promise<void> => {
    account.remove();
    await rm(place, { recursive: true, force: true });
  };
  const { port, child } = await listening('vsftpd', start, (process, at) =>
    untilBanner(process, at, banner, isTls),
  ).catch(async (error: unknown) => {
    await sweep();
    throw error;
  });
  return {
    host: '127.0.0.1',
    port,
    username: account.username,
    password: account.password,
    folder,
    seed: seedsIn(folder, account),
    dropConnections: () => childrenOf(child.pid!).forEach(killTree),
    async close() {
      await endOf(child);
      await sweep();
    },
  };
}

const yes = (is: boolean): string => (is ? 'YES' : 'NO');

const configOf = (place: string, port: number, banner: string, encryption: VsftpdOptions['encryption']): string =>
  [
    'listen=YES',
    'background=NO',
    'listen_address=127.0.0.1',
    `listen_port=${port}`,
    'pasv_address=127.0.0.1',
    `ftpd_banner=${banner}`,
    'anonymous_enable=NO',
    'local_enable=YES',
    'write_enable=YES',
    'local_umask=022',
    // A stack without delays and without a list of shells.
    'pam_service_name=other',
    'delay_failed_login=0',
    `secure_chroot_dir=${place}/empty`,
    'seccomp_sandbox=NO',
    'isolate=NO',
    'isolate_network=NO',
    'xferlog_enable=NO',
    `ssl_enable=${yes(encryption !== 'none')}`,
    `implicit_ssl=${yes(encryption === 'implicit')}`,
    'force_local_logins_ssl=YES',
    'force_local_data_ssl=YES',
    `rsa_cert_file=${place}/server.pem`,
    `rsa_private_key_file=${place}/server.key`,
    '',
  ].join('\n');

/** Until the server greets by its banner; gives what it printed if it ended before. */
async function untilBanner(
  child: ChildProcess,
  port: number,
  banner: string,
  isTls: boolean,
): Promise<string | undefined> {
  let log = '';
  const ended = once(child, 'close').then(() => log || 'it ended without a word.');
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (log += chunk.toString()));
  for (let tries = 0; tries < 300; tries += 1) {
    const said = await Promise.race([ended, greeting(port, isTls)]);
    if (said.includes(banner)) return undefined;
    if (child.exitCode !== null) return said;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return 'no greeting came.';
}

/** The first piece that a port says; empty where nobody listens. */
function greeting(port: number, isTls: boolean): Promise<string> {
  return new Promise((resolve) => {
    const socket = isTls
      ? connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
      : connect(port, '127.0.0.1');
    const end = (said: string) => {
      socket.destroy();
      resolve(said);
    };
    socket.setTimeout(2000, () => end(''));
    socket.once('data', (chunk: Buffer) => end(chunk.toString()));
    socket.once('error', () => end(''));
    socket.once('close', () => end(''));
  });
}
