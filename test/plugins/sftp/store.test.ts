import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import store from '../../../plugins/sftp/store.ts';
import { knownKeys } from '../../../plugins/sftp/known-hosts.ts';
import { newKeyPair } from '../../../src/sandbox/index.ts';
import { codeOf, collect, fileStoreContract } from '../../../src/connect/contract/index.ts';
import { openFilesBelow } from '../../servers/open-files.ts';
import { startOpenSsh, type OpenSsh } from '../../servers/openssh.ts';
import { openContext } from '../../connect/contexts.ts';

let server: OpenSsh;
beforeAll(async () => {
  server = await startOpenSsh();
});
afterAll(() => server.close());

const connection = () => ({
  host: server.host,
  port: server.port,
  username: server.username,
  privateKey: server.privateKey,
  hostKey: server.hostKey,
});
const open = (changes: object = {}, signal?: AbortSignal, folder = '/nowhere') =>
  store.open(openContext({ ...connection(), ...changes }, { folder, ...(signal ? { signal } : {}) }));

let folders = 0;
const otherKey = 'SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
const without = (name: string) => ({ [name]: undefined });

fileStoreContract('sftp over OpenSSH', () => ({
  open: (signal) => open({}, signal),
  async newFolder() {
    const name = `c${(folders += 1)}`;
    await server.seed(`${name}/x`, '');
    await rm(join(server.folder, name, 'x'));
    return name;
  },
  seed: (path, content, mtime) => server.seed(path, content, mtime),
  async denied() {
    const path = join(server.folder, `denied${(folders += 1)}`);
    await mkdir(path, { mode: 0o700 });
    return path;
  },
  openHandles: () => openFilesBelow(server.folder),
  refusals: [
    {
      about: 'wrong password',
      code: 'SFTP_AUTH_DENIED',
      secret: 'not-it-at-all',
      open: () => open({ ...without('privateKey'), password: 'not-it-at-all' }),
    },
    {
      about: 'unknown key',
      code: 'SFTP_AUTH_DENIED',
      open: () => open({ privateKey: newKeyPair().private }),
    },
    { about: 'no key at all', code: 'SFTP_KEY_UNREADABLE', secret: 'QUJD', open: () => open({ privateKey: 'QUJD' }) },
    { about: 'nobody there', code: 'SFTP_UNREACHABLE', open: () => open({ port: 1 }) },
    { about: 'unknown name', code: 'SFTP_UNREACHABLE', open: () => open({ host: 'no-such-host.invalid' }) },
    { about: 'no host key named', code: 'SFTP_HOST_KEY_UNKNOWN', open: () => open(without('hostKey')) },
    { about: 'another host key', code: 'SFTP_HOST_KEY_CHANGED', open: () => open({ hostKey: otherKey }) },
    {
      about: 'no known_hosts',
      code: 'SFTP_HOST_KEY_UNKNOWN',
      open: () => open({ ...without('hostKey'), knownHosts: 'no-such-file' }),
    },
  ],
}));

describe('logging in over SFTP', () => {
  it('works with a password, and with a key that has a passphrase', async () => {
    const first = await open({ ...without('privateKey'), password: server.password });
    await first.close();
    const key = newKeyPair({ passphrase: 'open sesame' });
    expect(await codeOf(() => open({ privateKey: key.private }))).toBe('SFTP_KEY_UNREADABLE');
    expect(await codeOf(() => open({ privateKey: key.private, passphrase: 'wrong' }))).toBe('SFTP_KEY_UNREADABLE');
    // Readable, and not an account's: so the passphrase was right.
    expect(await codeOf(() => open({ privateKey: key.private, passphrase: 'open sesame' }))).toBe('SFTP_AUTH_DENIED');
  });

  it('takes the host key from known_hosts, and refuses another one and a host that is not named', async () => {
    const folder = server.folder;
    await writeFile(join(folder, 'known_hosts'), `# our servers\n${server.knownHostsLine}\n`);
    const known = await open({ ...without('hostKey'), knownHosts: 'known_hosts' }, undefined, folder);
    await known.close();
    const other = newKeyPair().public;
    await writeFile(join(folder, 'changed'), `[127.0.0.1]:${server.port} ${other}\n`);
    expect(await codeOf(() => open({ ...without('hostKey'), knownHosts: 'changed' }, undefined, folder))).toBe(
      'SFTP_HOST_KEY_CHANGED',
    );
    await writeFile(join(folder, 'others'), `elsewhere.example ${other}\n`);
    expect(await codeOf(() => open({ ...without('hostKey'), knownHosts: 'others' }, undefined, folder))).toBe(
      'SFTP_HOST_KEY_UNKNOWN',
    );
    await writeFile(join(folder, 'revoked'), `@revoked ${server.knownHostsLine}\n${server.knownHostsLine}\n`);
    expect(await codeOf(() => open({ ...without('hostKey'), knownHosts: 'revoked' }, undefined, folder))).toBe(
      'SFTP_HOST_KEY_CHANGED',
    );
  });

  it('takes the fingerprint of any of the keys that the server has', async () => {
    const opened = await open({ hostKey: server.rsaHostKey });
    expect(await opened.list('.')).toBeInstanceOf(Array);
    await opened.close();
    expect(await codeOf(() => open({ hostKey: server.rsaHostKey, username: 'nobody-here' }))).toBe('SFTP_AUTH_DENIED');
  });

  it('shows the fingerprint of an unknown host, so that it can be asked for', async () => {
    await expect(open(without('hostKey'))).rejects.toThrow(server.hostKey);
  });

  it('gives up on a server that never answers', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const { port } = silent.address() as { port: number };
    expect(await codeOf(() => open({ port, timeout: 200 }))).toBe('SFTP_UNREACHABLE');
    silent.close();
  });

  it('ends with the run while it is still connecting', async () => {
    const stop = new AbortController();
    const opening = open({}, stop.signal);
    stop.abort(new Error('cancelled by the test'));
    await expect(opening).rejects.toThrow('cancelled by the test');

    const later = new AbortController();
    const silent = createServer(() => later.abort(new Error('cancelled later'))).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const { port } = silent.address() as { port: number };
    await expect(open({ port }, later.signal)).rejects.toThrow('cancelled later');
    silent.close();
  });
});

describe('a connection that is lost', () => {
  it('is told as transient, in the middle of a read too', async () => {
    await server.seed('lost/a', Buffer.alloc(20_000_000));
    const opened = await open();
    const reading = async () => {
      for await (const _chunk of opened.read('lost/a')) server.dropConnections();
    };
    expect(await codeOf(reading)).toBe('SFTP_DROPPED');
    expect(await codeOf(() => opened.list('lost'))).toBe('SFTP_DROPPED');
    await opened.close();
    const again = await open();
    expect(await collect(again.read('lost/a', 19_999_990))).toHaveLength(10);
    await again.close();
  });
});

describe('known_hosts', () => {
  const key = 'ssh-ed25519 AAAAC3Nz';
  const namesIn = (text: string, host: string, port = 22) => knownKeys(text, host, port).map(({ base64 }) => base64);

  it('names hosts plainly, with a port, by pattern, by exception, and hashed', () => {
    const salt = Buffer.from('12345678901234567890');
    const hash = createHmac('sha1', salt).update('secret.example').digest('base64');
    expect(namesIn(`a.example,b.example ${key}`, 'B.example')).toEqual(['AAAAC3Nz']);
    expect(namesIn(`a.example ${key}`, 'a.example', 2222)).toEqual([]);
    expect(namesIn(`[a.example]:2222 ${key}`, 'a.example', 2222)).toEqual(['AAAAC3Nz']);
    expect(namesIn(`*.example,!bad.example ${key}`, 'good.example')).toEqual(['AAAAC3Nz']);
    expect(namesIn(`*.example,!bad.example ${key}`, 'bad.example')).toEqual([]);
    expect(namesIn(`|1|${salt.toString('base64')}|${hash} ${key}`, 'secret.example')).toEqual(['AAAAC3Nz']);
    expect(namesIn(`|1|${salt.toString('base64')}|${hash} ${key}`, 'other.example')).toEqual([]);
    expect(namesIn(`@cert-authority *.example ${key}\n\n# c\nbroken`, 'a.example')).toEqual([]);
  });
});
