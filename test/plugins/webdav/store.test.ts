import { once } from 'node:events';
import { chmod, chown, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import store from '../../../plugins/webdav/store.ts';
import { codeOf, collect, fileStoreContract } from '../../../src/connect/contract/index.ts';
import { makeCertificates, type Certificates } from '../../connect/net/certificates.ts';
import { openContext } from '../../connect/contexts.ts';
import { startApache, type Apache } from '../../servers/apache.ts';
import { openFilesBelow } from '../../servers/open-files.ts';

let certificates: Certificates;
let encrypted: Apache;
let plain: Apache;
const running: { close(): Promise<void> }[] = [];
const kept = <S extends { close(): Promise<void> }>(server: S): S => {
  running.push(server);
  return server;
};
beforeAll(async () => {
  certificates = makeCertificates();
  encrypted = kept(await startApache(certificates.server));
  plain = kept(await startApache());
});
afterAll(() => Promise.all(running.map((server) => server.close())));

const open = (server: Apache, more: object = {}, signal?: AbortSignal) => {
  const { url, username, password } = server;
  const connection = { url, username, password, ca: certificates.ca, ...more };
  return store.open(openContext(connection, signal ? { signal } : {}));
};
const openEncrypted = (more: object = {}, signal?: AbortSignal) => open(encrypted, more, signal);
const openPlain = (more: object = {}, signal?: AbortSignal) =>
  open(plain, { encryption: 'none', ca: undefined, ...more }, signal);

let folders = 0;
const fillable = (server: () => Apache) => ({
  async newFolder() {
    const name = `c${(folders += 1)}`;
    await server().seed(`${name}/x`, '');
    await rm(join(server().folder, name, 'x'));
    return name;
  },
  seed: (path: string, content: string | Uint8Array, mtime?: number) => server().seed(path, content, mtime),
  async denied() {
    const name = `denied${(folders += 1)}`;
    await server().seed(`${name}/people.csv`, 'x');
    await chown(join(server().folder, name), 0, 0);
    await chmod(join(server().folder, name), 0o700);
    return name;
  },
  openHandles: () => openFilesBelow(server().folder),
});

fileStoreContract('webdav over Apache with TLS', () => ({
  open: (signal) => openEncrypted({}, signal),
  ...fillable(() => encrypted),
  refusals: [
    {
      about: 'wrong password',
      code: 'WEBDAV_AUTH_DENIED',
      secret: 'not-it-at-all',
      open: () => openEncrypted({ password: 'not-it-at-all' }),
    },
    { about: 'no login', code: 'WEBDAV_AUTH_DENIED', open: () => openEncrypted({ username: undefined }) },
    {
      about: 'a certificate of an unknown authority',
      code: 'WEBDAV_CERTIFICATE',
      open: () => openEncrypted({ ca: undefined }),
    },
    {
      about: 'a certificate of another name',
      code: 'WEBDAV_CERTIFICATE',
      open: () => openEncrypted({ url: encrypted.url.replace('127.0.0.1', 'localhost') }),
    },
    { about: 'no certificate at all', code: 'WEBDAV_CA_UNREADABLE', open: () => openEncrypted({ ca: 'trust me' }) },
    { about: 'nobody there', code: 'WEBDAV_UNREACHABLE', open: () => openEncrypted({ url: 'https://127.0.0.1:1/' }) },
    {
      about: 'unknown name',
      code: 'WEBDAV_UNREACHABLE',
      open: () => openEncrypted({ url: 'https://no-such-host.invalid/' }),
    },
    {
      about: 'a folder that is not there',
      code: 'FILE_FOLDER_MISSING',
      open: () => openEncrypted({ url: `${encrypted.url}none/` }),
    },
    {
      about: 'a web page',
      code: 'WEBDAV_NOT_DAV',
      open: () => openEncrypted({ url: encrypted.url.replace('/files/', '/page/') }),
    },
    {
      about: 'a redirect to another host',
      code: 'WEBDAV_REDIRECTED',
      secret: encrypted.password,
      open: () => openEncrypted({ url: encrypted.url.replace('/files/', '/away/') }),
    },
  ],
}));

fileStoreContract('webdav over plain Apache', () => ({
  open: (signal) => openPlain({}, signal),
  ...fillable(() => plain),
  refusals: [
    {
      about: 'a password without encryption',
      code: 'WEBDAV_NOT_ENCRYPTED',
      secret: plain.password,
      open: () => openPlain({ encryption: undefined }),
    },
  ],
}));

describe('files over WebDAV', () => {
  it('are reached by an address without a slash at its end, and by one that redirects within the host', async () => {
    await plain.seed('here/a.csv', 'abc');
    for (const url of [plain.url.slice(0, -1), plain.url.replace('/files/', '/moved/')]) {
      const opened = await openPlain({ url });
      expect((await opened.list('here')).map(({ path }) => path)).toEqual(['here/a.csv']);
      expect((await opened.list('/here')).map(({ path }) => path)).toEqual(['/here/a.csv']);
      expect((await collect(opened.read('here/a.csv'))).toString()).toBe('abc');
      await opened.close();
    }
  });

  it('say that a folder is no file to read, to remove or to move over, and leave all in it', async () => {
    await plain.seed('kinds/inner/a', 'x');
    await plain.seed('kinds/b', 'y');
    const opened = await openPlain();
    expect(await codeOf(() => collect(opened.read('kinds/inner')))).toBe('FILE_NOT_A_FILE');
    expect(await codeOf(() => opened.remove('kinds/inner'))).toBe('FILE_NOT_A_FILE');
    expect(await codeOf(() => opened.rename('kinds/b', 'kinds/inner', true))).toBe('FILE_NOT_A_FILE');
    expect((await opened.list('kinds/inner')).map(({ name }) => name)).toEqual(['a']);
    await opened.close();
  });

  it('never lie out of the folder of the connection', async () => {
    await plain.seed('kinds/below/a', 'x');
    const opened = await openPlain({ url: `${plain.url}kinds/below/` });
    expect(await codeOf(() => opened.list('../..'))).toBe('FILE_OUTSIDE');
    expect(await codeOf(() => opened.remove('x/../../b'))).toBe('FILE_OUTSIDE');
    await opened.close();
  });

  it('that may not be read are told', async () => {
    await plain.seed('rights/secret', 'x');
    await chown(join(plain.folder, 'rights/secret'), 0, 0);
    await chmod(join(plain.folder, 'rights/secret'), 0o600);
    const opened = await openPlain();
    expect(await codeOf(() => collect(opened.read('rights/secret')))).toBe('FILE_DENIED');
    await opened.close();
  });
});

describe('a WebDAV server that is lost', () => {
  it('is told as transient, in the middle of a read too, and the next exchange works', async () => {
    await plain.seed('lost/a', Buffer.alloc(30_000_000));
    const opened = await openPlain();
    const reading = async () => {
      for await (const _chunk of opened.read('lost/a')) plain.dropConnections();
    };
    expect(await codeOf(reading)).toBe('WEBDAV_DROPPED');
    await opened.close();
    const again = await openPlain();
    expect(await collect(again.read('lost/a', 29_999_990))).toHaveLength(10);
    await again.close();
  });
});

/** What comes of opening at a server that answers so. */
async function openingAt(answer: RequestListener, more: object = {}): Promise<unknown> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    const opened = await store.open(openContext({ url: `http://127.0.0.1:${port}/dav/`, timeout: 300, ...more }));
    try {
      return await opened.list('');
    } finally {
      await opened.close();
    }
  } catch (error) {
    return (error as { code?: unknown }).code ?? error;
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
const multistatus = (body: string, type = 'application/xml'): RequestListener => {
  return (_request, response) => void response.writeHead(207, { 'content-type': type }).end(body);
};
const self = `<d:response><d:href>/other/dav/</d:href><d:propstat><d:prop><d:resourcetype><d:collection/></d:resourcetype></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>`;

describe('what a WebDAV server answers', () => {
  it('is read whatever its prefixes, order, other properties and the names above', async () => {
    const file = `<d:response><d:propstat><d:prop><x:size xmlns:x="urn:x">9</x:size><d:getcontentlength>4</d:getcontentlength><d:getlastmodified>Tue, 24 Nov 2026 02:30:00 GMT</d:getlastmodified><d:resourcetype/></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat><d:propstat><d:prop><d:getcontentlength/></d:prop><d:status>HTTP/1.1 404 Not Found</d:status></d:propstat><d:href>http://inner.example/other/dav/a%20%D0%B1&amp;.csv</d:href></d:response>`;
    const found = await openingAt(multistatus(`<d:multistatus xmlns:d="DAV:">${file}${self}</d:multistatus>`));
    // Opening asks for the folder itself, and the first that is told is a file here.
    expect(found).toBe('FILE_FOLDER_MISSING');
    const listed = await openingAt(multistatus(`<d:multistatus xmlns:d="DAV:">${self}${file}</d:multistatus>`));
    expect(listed).toEqual([
      { name: 'a б&.csv', path: 'a б&.csv', size: 4, mtime: Date.UTC(2026, 10, 24, 2, 30), isFolder: false },
    ]);
  });

  it('is no WebDAV where it is a web page, broken, half, or has a document type', async () => {
    const page: RequestListener = (_request, response) =>
      void response.writeHead(200, { 'content-type': 'text/html' }).end('<!DOCTYPE html><html>Log in</html>');
    expect(await openingAt(page)).toBe('WEBDAV_NOT_DAV');
    for (const body of [
      '<html>Log in</html>',
      'Log in',
      '',
      `<d:multistatus xmlns:d="DAV:">${self}`,
      '<multistatus/>',
      `<!DOCTYPE x [<!ENTITY a "b">]><d:multistatus xmlns:d="DAV:">${self}</d:multistatus>`,
    ])
      expect([body, await openingAt(multistatus(body))]).toEqual([body, 'WEBDAV_NOT_DAV']);
  });

  it('without a size or a time of a file is told, as a changed file would not be seen', async () => {
    const bare = self.replace('/other/dav/', '/other/dav/a.csv').replace('<d:collection/>', '');
    expect(await openingAt(multistatus(`<d:multistatus xmlns:d="DAV:">${self}${bare}</d:multistatus>`))).toBe(
      'WEBDAV_NOT_DAV',
    );
  });

  it('that never comes, or says that the server is busy, is transient', async () => {
    expect(await openingAt(() => {})).toBe('WEBDAV_DROPPED');
    expect(await openingAt((_request, response) => void response.writeHead(503).end())).toBe('WEBDAV_UNREACHABLE');
  });

  it('that redirects in a circle is told', async () => {
    const circle: RequestListener = (_request, response) => void response.writeHead(301, { location: '/dav/' }).end();
    expect(await openingAt(circle)).toBe('WEBDAV_REDIRECTED');
  });
});
