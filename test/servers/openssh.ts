import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import ssh2 from 'ssh2';
import { findProgram } from './find-program.ts';

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
  /** Writes a file as the account; `mtime` in UTC milliseconds. */
  seed(path: string, content: string | Uint8Array, mtime?: number): Promise<void>;
  /** Ends every connection, as a broken network would; the server stays up. */
  dropConnections(): void;
  close(): Promise<void>;
}

/** Starts sshd with internal-sftp; everything is thrown away by `close`. */
export async function startOpenSsh(): Promise<OpenSsh> {
  const sshd = findProgram('sshd');
  if (!sshd) throw new Error('There is no sshd; see test/servers/setup.ts.');
  const isRoot = process.getuid?.() === 0;
  const place = await mkdtemp(join(tmpdir(), 'portolan-sshd-'));
  await chmod(place, 0o755);
  const folder = join(place, 'home');
  await mkdir(folder);
  const account = isRoot ? newAccount(folder) : { ...userInfo(), password: undefined };
  await chown(folder, account.uid, account.gid);

  const clientKey = ssh2.utils.generateKeyPairSync('ed25519');
  const hostKey = ssh2.utils.generateKeyPairSync('ed25519');
  const rsaHostKey = ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 });
  await writeFile(join(place, 'host_key'), hostKey.private, { mode: 0o600 });
  await writeFile(join(place, 'rsa_host_key'), rsaHostKey.private, { mode: 0o600 });
  await writeFile(join(place, 'authorized_keys'), `${clientKey.public}\n`, { mode: 0o644 });
  if (isRoot) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  const { port, child } = await listening(async (port) => {
    await writeFile(join(place, 'sshd_config'), configOf(place, folder, port, account));
    return spawn(sshd, ['-D', '-e', '-f', join(place, 'sshd_config')], { stdio: ['ignore', 'ignore', 'pipe'] });
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
    async seed(path, content, mtime) {
      const full = join(folder, path);
      await mkdir(join(full, '..'), { recursive: true });
      await writeFile(full, content);
      await chown(join(full, '..'), account.uid, account.gid);
      await chown(full, account.uid, account.gid);
      if (mtime !== undefined) await utimes(full, mtime / 1000, mtime / 1000);
    },
    dropConnections: () => childrenOf(child.pid!).forEach(killTree),
    async close() {
      childrenOf(child.pid!).forEach(killTree);
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      if (isRoot) execFileSync(findProgram('userdel')!, ['-f', account.username], { stdio: 'ignore' });
      await rm(place, { recursive: true, force: true });
    },
  };
}

function fingerprintOf(publicKey: string): string {
  const bytes = Buffer.from(publicKey.split(' ')[1]!, 'base64');
  return `SHA256:${createHash('sha256').update(bytes).digest('base64').replace(/=+$/, '')}`;
}

/** An account that lives as long as the server, without a shell. */
function newAccount(folder: string) {
  const username = `portolan-${randomBytes(4).toString('hex')}`;
  const password = randomBytes(12).toString('hex');
  const shell = '/usr/sbin/nologin';
  execFileSync(findProgram('useradd')!, ['-M', '-N', '-d', folder, '-s', shell, username], { stdio: 'pipe' });
  execFileSync(findProgram('chpasswd')!, [], { input: `${username}:${password}\n`, stdio: 'pipe' });
  const idOf = (flag: string) => Number(execFileSync('id', [flag, username], { encoding: 'utf8' }));
  return { username, password, uid: idOf('-u'), gid: idOf('-g') };
}

const configOf = (
  place: string,
  folder: string,
  port: number,
  { username, password }: { username: string; password?: string | undefined },
): string =>
  [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${place}/host_key`,
    `HostKey ${place}/rsa_host_key`,
    `AuthorizedKeysFile ${place}/authorized_keys`,
    `PidFile ${place}/pid`,
    `PasswordAuthentication ${password === undefined ? 'no' : 'yes'}`,
    'KbdInteractiveAuthentication no',
    'UsePAM no',
    'StrictModes no',
    'PermitRootLogin prohibit-password',
    'AllowTcpForwarding no',
    'MaxStartups 100',
    `AllowUsers ${username}`,
    `Subsystem sftp internal-sftp -d ${folder}`,
    `ForceCommand internal-sftp -d ${folder}`,
    '',
  ].join('\n');

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A port that was free a moment ago may be somebody else's by now: then the next one is tried. */
async function listening(start: (port: number) => Promise<ServerProcess>) {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const child = await start(port);
    const refusal = await untilListening(child);
    if (refusal === undefined) return { port, child };
    if (attempt === 10 || !refusal.includes('Address already in use'))
      throw new Error(`sshd did not open its port ${port}: ${refusal}`);
  }
}

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

/** Processes that sshd made for its connections; only the server's own children are ever ended. */
function childrenOf(pid: number): number[] {
  try {
    const listed = execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
    return listed
      .split('\n')
      .map(Number)
      .filter((child) => child > 0);
  } catch {
    return [];
  }
}

function killTree(pid: number): void {
  childrenOf(pid).forEach(killTree);
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
