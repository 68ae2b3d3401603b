import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import ssh2 from 'ssh2';
import SftpClient from 'ssh2-sftp-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isRight } from '../../src/sandbox/sftp/login.ts';
import { newKeyPair, startSftpServer, type SftpServer } from '../../src/sandbox/sftp/index.ts';

const key = newKeyPair();
let folder: string;
let server: SftpServer;
const clients: SftpClient[] = [];

async function connect(options: ssh2.ConnectConfig = { password: 'right' }): Promise<SftpClient> {
  // Silent: what a dropped connection says comes as the error of the operation.
  const client = new SftpClient('test', { error: () => {}, end: () => {}, close: () => {} });
  await client.connect({ host: server.host, port: server.port, username: 'hr', readyTimeout: 5000, ...options });
  // `client` is the ssh2 client inside; Nagle's algorithm makes small writes slow.
  (client as unknown as { client: ssh2.Client }).client.setNoDelay(true);
  clients.push(client);
  return client;
}

describe('the SFTP server of the sandbox', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sandbox-sftp-'));
    const root = join(folder, 'root');
    server = await startSftpServer({ root, username: 'hr', password: 'right', publicKey: key.public });
  });
  afterEach(async () => {
    Object.assign(server.faults, { refuseLogins: 0, dropAfterBytes: undefined, fullAfterBytes: undefined });
    server.faults.onOperation = undefined;
    await Promise.all(clients.splice(0).map((client) => client.end().catch(() => undefined)));
  });
  afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('lets in with the password and with the key, and nobody else', async () => {
    await connect();
    await connect({ privateKey: key.private });
    const other = newKeyPair();
    await expect(connect({ privateKey: other.private })).rejects.toThrow('authentication');
    await expect(connect({ password: 'wrong' })).rejects.toThrow('authentication');
    await expect(connect({ username: 'other', password: 'right' })).rejects.toThrow('authentication');
    expect(server.ledger.logins).toBe(2);
    expect(server.ledger.refusedLogins).toBeGreaterThanOrEqual(3);
  });

  it('a key counts only with its own signature', () => {
    const [owner, stranger] = [ssh2.utils.parseKey(key.private), newKey()].map((each) => each as ssh2.ParsedKey);
    const account = { username: 'hr', publicKey: owner! };
    const blob = Buffer.from('what the client signs');
    const attempt = (shown: ssh2.ParsedKey, signedBy?: ssh2.ParsedKey) =>
      ({
        method: 'publickey',
        username: 'hr',
        key: { algo: shown.type, data: shown.getPublicSSH() },
        ...(signedBy && { blob, signature: signedBy.sign(blob) }),
      }) as ssh2.AuthContext;
    expect(isRight(attempt(owner!, owner), account)).toBe(true);
    expect(isRight(attempt(owner!, stranger), account)).toBe(false);
    expect(isRight(attempt(stranger!, stranger), account)).toBe(false);
    expect([isRight(attempt(owner!), account), isRight(attempt(stranger!), account)]).toEqual([true, false]);
  });

  it('shows the key whose fingerprint it tells, of either type', async () => {
    const shown = async (running: SftpServer): Promise<string> => {
      const client = new SftpClient('test', { error: () => {}, end: () => {}, close: () => {} });
      let fingerprint = '';
      const hostVerifier = (bytes: Buffer): boolean => {
        fingerprint = `SHA256:${createHash('sha256').update(bytes).digest('base64').replace(/=+$/, '')}`;
        return true;
      };
      await client.connect({ host: running.host, port: running.port, username: 'hr', password: 'right', hostVerifier });
      await client.end();
      return fingerprint;
    };
    expect(await shown(server)).toBe(server.hostKeyFingerprint);
    const root = join(folder, 'other');
    const rsa = await startSftpServer({ root, username: 'hr', password: 'right', hostKeyType: 'rsa' });
    expect(await shown(rsa)).toBe(rsa.hostKeyFingerprint);
    expect(rsa.knownHostsLine).toMatch(/^\[127\.0\.0\.1\]:\d+ ssh-rsa AAAA/);
    await rsa.close();
    const again = await startSftpServer({ root, username: 'hr', password: 'right', hostKey: rsa.hostKey });
    expect(again.hostKeyFingerprint).toBe(rsa.hostKeyFingerprint);
    await again.close();
  });

  it('writes, lists with right attributes, reads, renames and removes', async () => {
    const client = await connect();
    await client.mkdir('/out/deep', true);
    await client.put(Buffer.from('привет'), '/out/файл 1.csv');
    const modified = new Date('2026-11-24T02:30:00Z');
    const files = await client.list('/out');
    expect(files.map(({ name, type, size }) => [name, type, size]).sort()).toEqual([
      ['deep', 'd', (await stat(join(server.root, 'out/deep'))).size],
      ['файл 1.csv', '-', 12],
    ]);
    expect(Math.abs(files.find(({ type }) => type === '-')!.modifyTime - Date.now())).toBeLessThan(10_000);
    await setTimes(client, '/out/файл 1.csv', modified);
    expect((await client.stat('/out/файл 1.csv')).modifyTime).toBe(modified.getTime());
    expect(String(await client.get('/out/файл 1.csv'))).toBe('привет');
    await client.rename('/out/файл 1.csv', '/out/deep/2.csv');
    expect(await client.exists('/out/файл 1.csv')).toBe(false);
    expect(await client.exists('/out/deep/2.csv')).toBe('-');
    await client.chmod('/out/deep/2.csv', 0o600);
    expect((await stat(join(server.root, 'out/deep/2.csv'))).mode & 0o777).toBe(0o600);
    await client.delete('/out/deep/2.csv');
    await client.rmdir('/out/deep');
    expect(await client.list('/out')).toEqual([]);
    expect(await client.realPath('out/../..')).toBe('/');
    const renames = server.ledger.operations.filter(({ op }) => op === 'rename');
    expect(renames).toMatchObject([{ path: '/out/файл 1.csv', to: '/out/deep/2.csv' }]);
    expect(server.ledger.operations.map(({ op }) => op)).toEqual(
      expect.arrayContaining(['mkdir', 'write', 'list', 'stat', 'setstat', 'read', 'remove', 'rmdir']),
    );
  });

  it('a plain rename refuses a taken name, the POSIX one replaces the file', async () => {
    const client = await connect();
    await client.put(Buffer.from('old'), '/taken');
    await client.put(Buffer.from('new'), '/temporary');
    await expect(client.rename('/temporary', '/taken')).rejects.toThrow();
    expect(String(await client.get('/taken'))).toBe('old');
    await client.posixRename('/temporary', '/taken');
    expect(String(await client.get('/taken'))).toBe('new');
    expect(await client.exists('/temporary')).toBe(false);
  });

  it('a file that is absent and a folder that is absent are told as such', async () => {
    const client = await connect();
    await expect(client.get('/nothing')).rejects.toThrow('No such file');
    await expect(client.list('/nowhere')).rejects.toThrow('No such file');
    await expect(client.put(Buffer.from('x'), '/nowhere/file')).rejects.toThrow();
  });

  it('nothing outside of the root can be reached, not even by a link', async () => {
    await writeFile(join(folder, 'secret'), 'secret');
    const client = await connect();
    expect(await client.exists('/../secret')).toBe(false);
    await symlink(join(folder, 'secret'), join(server.root, 'link'));
    await symlink(folder, join(server.root, 'up'));
    await expect(client.get('/link')).rejects.toThrow('Permission denied');
    await expect(client.get('/up/secret')).rejects.toThrow('Permission denied');
    await expect(client.put(Buffer.from('x'), '/up/new')).rejects.toThrow();
    await expect(stat(join(folder, 'new'))).rejects.toThrow();
    await Promise.all(['link', 'up'].map((name) => rm(join(server.root, name))));
  });

  it('carries 40 MB there and back in seconds', async () => {
    const client = await connect();
    const bytes = randomBytes(40 * 1024 * 1024);
    const startedAt = performance.now();
    await client.put(Readable.from(slices(bytes)), '/large.bin');
    const hash = createHash('sha256');
    const sink = new Writable({ write: (chunk: Buffer, _encoding, next) => (hash.update(chunk), next()) });
    await client.get('/large.bin', sink);
    expect(hash.digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(performance.now() - startedAt).toBeLessThan(30_000);
    await client.fastGet('/large.bin', join(folder, 'copy.bin'));
    expect((await readFile(join(folder, 'copy.bin'))).equals(bytes)).toBe(true);
    await client.delete('/large.bin');
  });

  it('reads from a byte on, and a folder of a thousand files whole', async () => {
    const client = await connect();
    await client.put(Buffer.from('0123456789'), '/digits');
    expect(String(await client.get('/digits', undefined, fromByte(7)))).toBe('789');
    await client.mkdir('/many');
    await Promise.all(
      Array.from({ length: 1000 }, (_, index) => writeFile(join(server.root, 'many', `${index}.csv`), '')),
    );
    expect(await client.list('/many')).toHaveLength(1000);
  });

  it('cuts a file and sets its times while it is open', async () => {
    const client = await connect();
    await client.put(Buffer.from('0123456789'), '/open');
    const { sftp } = client as unknown as { sftp: ssh2.SFTPWrapper };
    const handle = await new Promise<Buffer>((resolve, reject) =>
      sftp.open('/open', 'r+', (error, opened) => (error ? reject(error) : resolve(opened))),
    );
    const attributes = { size: 4, mode: 0o640, atime: 1_700_000_000, mtime: 1_700_000_000 };
    await new Promise<void>((resolve, reject) =>
      sftp.fsetstat(handle, attributes as ssh2.InputAttributes, (error) => (error ? reject(error) : resolve())),
    );
    const stats = await new Promise<ssh2.Stats>((resolve, reject) =>
      sftp.fstat(handle, (error, found) => (error ? reject(error) : resolve(found))),
    );
    expect([stats.size, stats.mode & 0o777, stats.mtime]).toEqual([4, 0o640, 1_700_000_000]);
    await new Promise((resolve) => sftp.close(handle, resolve));
    await new Promise((resolve) => sftp.setstat('/open', { size: 2 } as ssh2.InputAttributes, resolve));
    expect(String(await client.get('/open'))).toBe('01');
  });

  it('closes with clients connected and files open', async () => {
    const root = join(folder, 'closing');
    const closing = await startSftpServer({ root, username: 'hr', password: 'right' });
    const client = await connect({ host: closing.host, port: closing.port, password: 'right' });
    await client.put(Buffer.from('x'), '/file');
    const { sftp } = client as unknown as { sftp: ssh2.SFTPWrapper };
    await new Promise((resolve) => sftp.open('/file', 'r', resolve));
    await closing.close();
    await expect(connect({ host: closing.host, port: closing.port, password: 'right' })).rejects.toThrow();
  });

  it('refuses as many logins as wanted', async () => {
    server.faults.refuseLogins = 1;
    await expect(connect()).rejects.toThrow('authentication');
    await connect();
  });

  it('drops the connection in the middle of a file', async () => {
    const client = await connect();
    await client.put(randomBytes(1024 * 1024), '/half.bin');
    server.faults.dropAfterBytes = 512 * 1024;
    const before = server.ledger.bytesRead;
    await expect(client.get('/half.bin')).rejects.toThrow();
    expect(server.ledger.bytesRead - before).toBeGreaterThan(300 * 1024);
    expect(server.ledger.bytesRead - before).toBeLessThanOrEqual(512 * 1024);
    expect(await (await connect()).get('/half.bin')).toHaveLength(1024 * 1024);
  });

  it('says that the disk is full', async () => {
    const client = await connect();
    server.faults.fullAfterBytes = 100_000;
    // `put` of the client takes a failed write for a success (its stream closes before the error): asked below it.
    await expect(writeAll(client, '/full.bin', randomBytes(200_000))).rejects.toThrow('No space left');
    expect((await client.stat('/full.bin')).size).toBeLessThan(100_001);
    server.faults.fullAfterBytes = undefined;
    await client.put(randomBytes(200_000), '/full.bin');
  });

  it('waits for the hook before an operation is done', async () => {
    const client = await connect();
    await client.put(Buffer.from('x'), '/hooked');
    const seen: unknown[] = [];
    server.faults.onOperation = async ({ op, path, to }) => {
      seen.push([op, path, to, await stat(join(server.root, 'hooked')).then(({ size }) => size)]);
    };
    await client.rename('/hooked', '/moved');
    expect(seen).toEqual([['rename', '/hooked', '/moved', 1]]);
  });
});

function newKey(): ssh2.ParsedKey {
  return ssh2.utils.parseKey(newKeyPair().private) as ssh2.ParsedKey;
}

function* slices(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 1024 * 1024) yield bytes.subarray(at, at + 1024 * 1024);
}

function setTimes(client: SftpClient, path: string, time: Date): Promise<void> {
  const { sftp } = client as unknown as { sftp: ssh2.SFTPWrapper };
  return new Promise((resolve, reject) =>
    sftp.utimes(path, time, time, (error) => (error ? reject(error) : resolve())),
  );
}

/** The types of the client do not know `start`; ssh2 does. */
function fromByte(start: number): SftpClient.TransferOptions {
  const readStreamOptions = { start } as SftpClient.TransferOptions['readStreamOptions'];
  return { readStreamOptions } as SftpClient.TransferOptions;
}

function writeAll(client: SftpClient, path: string, bytes: Buffer): Promise<void> {
  const { sftp } = client as unknown as { sftp: ssh2.SFTPWrapper };
  return new Promise((resolve, reject) =>
    sftp.open(path, 'w', (failure, handle) => {
      if (failure) return reject(failure);
      sftp.write(handle, bytes, 0, bytes.length, 0, (error) =>
        sftp.close(handle, () => (error ? reject(error) : resolve())),
      );
    }),
  );
}
