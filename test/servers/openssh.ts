import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { newKeyPair } from '../../src/sandbox/index.ts';
import { newAccount } from './account.ts';
import { findProgram } from './find-program.ts';
import { childrenOf, endOf, killTree, listening } from './processes.ts';
import { seedsIn, type Seed } from './seeded-folder.ts';

/** A real OpenSSH server on 127.0.0.1, with keys and (as root) an account of its own. */
export interface OpenSsh {
  host: string;
  port: number;
  username: string;
  /** Undefined where the tests don't run as root: then nobody can be given a password. */
  password: string | undefined;
  /** Without a passphrase, in the OpenSSH format. */
  privateKey: string;
  /** The account's folder, where relative paths begin. Made files belong to the account. */
  folder: string;
  /** `SHA256:…` */
  hostKey: string;
  /** Fingerprint of its RSA key; clients are shown the other one first. */
  rsaHostKey: string;
  /** A line of a known_hosts file. */
  knownHostsLine: string;
  seed: Seed;
  /** Ends every connection, as a broken network would; the server stays up. */
  dropConnections(): void;
  close(): Promise<void>;
}

export interface OpenSshOptions {
  /** How a password is asked for: at once, or by PAM's prompts (keyboard-interactive). */
  passwords?: 'plain' | 'prompted';
}

/** Starts sshd with internal-sftp; everything is thrown away by `close`. */
export async function startOpenSsh({ passwords = 'plain' }: OpenSshOptions = {}): Promise<OpenSsh> {
  const sshd = findProgram('sshd');
  if (!sshd) throw new Error('There is no sshd; see test/servers/setup.ts.');
  const isRoot = process.getuid?.() === 0;
  const place = await mkdtemp(join(tmpdir(), 'portolan-sshd-'));
  await chmod(place, 0o755);
  const folder = join(place, 'home');
  await mkdir(folder);
  const account = isRoot ? newAccount(folder) : { ...userInfo(), password: undefined, remove: () => {} };
  await chown(folder, account.uid, account.gid);

  const clientKey = newKeyPair();
  const hostKey = newKeyPair();
  const rsaHostKey = newKeyPair({ type: 'rsa' });
  await writeFile(join(place, 'host_key'), hostKey.private, { mode: 0o600 });
  await writeFile(join(place, 'rsa_host_key'), rsaHostKey.private, { mode: 0o600 });
  await writeFile(join(place, 'authorized_keys'), `${clientKey.public}\n`, { mode: 0o644 });
  if (isRoot) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  const start = async (port: number): Promise<ServerProcess> => {
    await writeFile(join(place, 'sshd_config'), configOf(place, folder, port, account, passwords));
    return spawn(sshd, ['-D', '-e', '-f', join(place, 'sshd_config')], { stdio: ['ignore', 'ignore', 'pipe'] });
  };
  const sweep = async (): Promise<void> => {
    account.remove();
    await rm(place, { recursive: true, force: true });
  };
  const { port, child } = await listening('sshd', start, untilListening).catch(async (error: unknown) => {
    await sweep();
    throw error;
  });

  return {
    host: '127.0.0.1',
    port,
    username: account.username,
    password: account.password,
    privateKey: clientKey.private,
    folder,
    hostKey: fingerprintOf(hostKey.public),
    rsaHostKey: fingerprintOf(rsaHostKey.public),
    knownHostsLine: `[127.0.0.1]:${port} ${hostKey.public.split(' ', 2).join(' ')}`,
    seed: seedsIn(folder, account),
    dropConnections: () => childrenOf(child.pid!).forEach(killTree),
    async close() {
      await endOf(child);
      await sweep();
    },
  };
}

function fingerprintOf(publicKey: string): string {
  const bytes = Buffer.from(publicKey.split(' ')[1]!, 'base64');
  return `SHA256:${createHash('sha256').update(bytes).digest('base64').replace(/=+$/, '')}`;
}

const configOf = (
  place: string,
  folder: string,
  port: number,
  { username, password }: { username: string; password?: string | undefined },
  passwords: 'plain' | 'prompted',
): string =>
  [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${place}/host_key`,
    `HostKey ${place}/rsa_host_key`,
    `AuthorizedKeysFile ${place}/authorized_keys`,
    `PidFile ${place}/pid`,
    `PasswordAuthentication ${password !== undefined && passwords === 'plain' ? 'yes' : 'no'}`,
    `KbdInteractiveAuthentication ${passwords === 'prompted' ? 'yes' : 'no'}`,
    `UsePAM ${passwords === 'prompted' ? 'yes' : 'no'}`,
    'StrictModes no',
    'PermitRootLogin prohibit-password',
    'AllowTcpForwarding no',
    'MaxStartups 100',
    `AllowUsers ${username}`,
    `Subsystem sftp internal-sftp -d ${folder}`,
    `ForceCommand internal-sftp -d ${folder}`,
    '',
  ].join('\n');

type ServerProcess = ChildProcess & { stderr: Readable };

/** Its own word that it listens; an open port alone could be another server's. Gives what it printed if it ended. */
function untilListening(child: ServerProcess): Promise<string | undefined> {
  let log = '';
  return new Promise((resolve) => {
    child.stderr.on('data', (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-4000);
      if (log.includes('Server listening on')) resolve(undefined);
    });
    child.once('close', () => resolve(log || 'it ended without a word.'));
  });
}
