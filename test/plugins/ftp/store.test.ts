import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import store from '../../../plugins/ftp/store.ts';
import { codeOf, collect, fileStoreContract } from '../../../src/connect/contract/index.ts';
import { makeCertificates, type Certificates } from '../../connect/net/certificates.ts';
import { openContext } from '../../connect/contexts.ts';
import { openFilesBelow } from '../../servers/open-files.ts';
import { startPyftpdlib } from '../../servers/pyftpdlib.ts';
import { startVsftpd, type Vsftpd } from '../../servers/vsftpd.ts';

let certificates: Certificates;
let plain: Vsftpd;
let explicit: Vsftpd;
let implicit: Vsftpd;
let lister: Awaited<ReturnType<typeof startPyftpdlib>>;
const running: { close(): Promise<void> }[] = [];
const kept = <S extends { close(): Promise<void> }>(server: S): S => {
  running.push(server);
  return server;
};
beforeAll(async () => {
  certificates = makeCertificates();
  const certificate = certificates.server;
  plain = kept(await startVsftpd({ encryption: 'none' }));
  explicit = kept(await startVsftpd({ encryption: 'explicit', certificate }));
  implicit = kept(await startVsftpd({ encryption: 'implicit', certificate }));
  lister = kept(await startPyftpdlib());
});
afterAll(() => Promise.all(running.map((server) => server.close())));

const open = (
  { host, port, username, password }: Pick<Vsftpd, 'host' | 'port' | 'username' | 'password'>,
  more: object,
  signal?: AbortSignal,
) => store.open(openContext({ host, port, username, password, ...more }, signal ? { signal } : {}));
const openPlain = (more: object = {}, signal?: AbortSignal) => open(plain, { encryption: 'none', ...more }, signal);
const openExplicit = (more: object = {}, signal?: AbortSignal) =>
  open(explicit, { ca: certificates.ca, ...more }, signal);

let folders = 0;
const fillable = (server: () => Pick<Vsftpd, 'folder' | 'seed'>) => ({
  async newFolder() {
    const name = `c${(folders += 1)}`;
    await server().seed(`${name}/x`, '');
    await rm(join(server().folder, name, 'x'));
    return name;
  },
  seed: (path: string, content: string | Uint8Array, mtime?: number) => server().seed(path, content, mtime),
  openHandles: () => openFilesBelow(server().folder),
});
const denied = (server: () => Pick<Vsftpd, 'folder'>, mode: number) => async () => {
  const path = join(server().folder, `denied${(folders += 1)}`);
  await mkdir(path, { mode });
  await writeFile(join(path, 'people.csv'), 'x');
  return path;
};

fileStoreContract('ftp over plain vsftpd', () => ({
  open: (signal) => openPlain({}, signal),
  ...fillable(() => plain),
  denied: denied(() => plain, 0o700),
  refusals: [
    {
      about: 'wrong password',
      code: 'FTP_AUTH_DENIED',
      secret: 'not-it-at-all',
      open: () => openPlain({ password: 'not-it-at-all' }),
    },
    { about: 'nobody there', code: 'FTP_UNREACHABLE', open: () => openPlain({ port: 1 }) },
    { about: 'unknown name', code: 'FTP_UNREACHABLE', open: () => openPlain({ host: 'no-such-host.invalid' }) },
    {
      about: 'a password without encryption',
      code: 'FTP_NOT_ENCRYPTED',
      secret: plain.password,
      open: () => openPlain({ encryption: undefined }),
    },
  ],
}));

fileStoreContract('ftp over vsftpd with explicit TLS', () => ({
  open: (signal) => openExplicit({}, signal),
  ...fillable(() => explicit),
  // It may be entered and not be read: vsftpd calls the listing of it a success.
  denied: denied(() => explicit, 0o711),
  refusals: [
    {
      about: 'a certificate of an unknown authority',
      code: 'FTP_CERTIFICATE',
      open: () => openExplicit({ ca: undefined }),
    },
    {
      about: 'a certificate of another name',
      code: 'FTP_CERTIFICATE',
      open: () => openExplicit({ host: 'localhost' }),
    },
    { about: 'no certificate at all', code: 'FTP_CA_UNREADABLE', open: () => openExplicit({ ca: 'trust me' }) },
    {
      about: 'plain FTP where the server wants encryption',
      code: 'FTP_AUTH_DENIED',
      secret: explicit.password,
      open: () => openExplicit({ encryption: 'none' }),
    },
    { about: 'the other kind of TLS', code: 'FTP_UNREACHABLE', open: () => openExplicit({ encryption: 'implicit' }) },
  ],
}));

fileStoreContract('ftp over vsftpd with implicit TLS', () => ({
  open: (signal) => open(implicit, { encryption: 'implicit', ca: certificates.ca }, signal),
  ...fillable(() => implicit),
  refusals: [
    {
      about: 'a certificate of an unknown authority',
      code: 'FTP_CERTIFICATE',
      open: () => open(implicit, { encryption: 'implicit' }),
    },
    {
      about: 'the other kind of TLS',
      code: 'FTP_UNREACHABLE',
      open: () => open(implicit, { ca: certificates.ca, timeout: 1000 }),
    },
  ],
}));

fileStoreContract('ftp over pyftpdlib, which lists by MLSD', () => ({
  open: (signal) => open(lister, { encryption: 'none' }, signal),
  ...fillable(() => lister),
}));

describe('files over FTP', () => {
  it('are found from the root on as well, links as what they lead to', async () => {
    await plain.seed('links/a.csv', 'abc', Date.UTC(2020, 5, 6, 7, 8, 9));
    const { symlink } = await import('node:fs/promises');
    await symlink('a.csv', join(plain.folder, 'links/to-file'));
    await symlink('nowhere', join(plain.folder, 'links/to-nothing'));
    const opened = await openPlain();
    const entries = await opened.list(join(plain.folder, 'links'));
    expect(entries.map(({ name, size, mtime }) => ({ name, size, mtime }))).toEqual([
      { name: 'a.csv', size: 3, mtime: Date.UTC(2020, 5, 6, 7, 8, 9) },
      { name: 'to-file', size: 3, mtime: Date.UTC(2020, 5, 6, 7, 8, 9) },
    ]);
    await opened.close();
  });

  it('can be listed while one is written, each on a connection of its own', async () => {
    await plain.seed('busy/a', 'x');
    const opened = await openPlain();
    const writer = await opened.write('busy/b');
    await writer.write(Buffer.from('one '));
    expect((await opened.list('busy')).map(({ name }) => name).sort()).toEqual(['a', 'b']);
    await writer.write(Buffer.from('two'));
    await writer.end();
    expect((await collect(opened.read('busy/b'))).toString()).toBe('one two');
    await opened.close();
  });

  it('say that a folder, and what may not be read, is no file to read', async () => {
    await plain.seed('kinds/inner/a', 'x');
    await writeFile(join(plain.folder, 'kinds/secret'), 'x', { mode: 0o600 });
    const opened = await openPlain();
    expect(await codeOf(() => collect(opened.read('kinds/inner')))).toBe('FILE_NOT_A_FILE');
    expect(await codeOf(() => collect(opened.read('kinds/secret')))).toBe('FILE_DENIED');
    expect(await codeOf(() => opened.remove('kinds/inner'))).toBe('FILE_NOT_A_FILE');
    expect(await codeOf(() => opened.stat(`a\r\nDELE kinds/inner/a`))).toBe('FILE_FAILED');
    expect((await opened.stat('kinds/inner'))?.isFolder).toBe(true);
    await opened.close();
  });
});

describe('a connection over FTP', () => {
  it('that is lost is told as transient, in the middle of a read too, and the next one works', async () => {
    await explicit.seed('lost/a', Buffer.alloc(20_000_000));
    const opened = await openExplicit();
    const reading = async () => {
      for await (const _chunk of opened.read('lost/a')) explicit.dropConnections();
    };
    expect(await codeOf(reading)).toBe('FTP_DROPPED');
    await opened.close();
    const again = await openExplicit();
    expect(await collect(again.read('lost/a', 19_999_990))).toHaveLength(10);
    await again.close();
  });

  it('to a server that never answers is given up, and ends with the run', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const { port } = silent.address() as { port: number };
    expect(await codeOf(() => openPlain({ port, timeout: 200 }))).toBe('FTP_UNREACHABLE');
    const stop = new AbortController();
    const opening = openPlain({ port }, stop.signal);
    stop.abort(new Error('cancelled by the test'));
    await expect(opening).rejects.toThrow('cancelled by the test');
    silent.close();
  });

  it('to a server that promises TLS and then says nothing is given up too', async () => {
    const silent = createServer((socket) => {
      socket.write('220 welcome\r\n');
      socket.once('data', () => socket.write('234 go on\r\n'));
      socket.on('error', () => {});
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const { port } = silent.address() as { port: number };
    expect(await codeOf(() => openExplicit({ port, timeout: 300 }))).toBe('FTP_UNREACHABLE');
    silent.close();
  });
});
