import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startLms, startMailTrap, type Lms, type MailTrap } from '../../src/sandbox/index.ts';
import { startApache, type Apache } from '../servers/apache.ts';
import { startOpenSsh, type OpenSsh } from '../servers/openssh.ts';
import { startVsftpd, type Vsftpd } from '../servers/vsftpd.ts';
import { newWorkspace, portolan } from './harness.ts';

let lms: Lms;
let mail: MailTrap;
let sftp: OpenSsh;
let ftp: Vsftpd;
let webdav: Apache;
let closed: number;
const otherKey = 'SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
beforeAll(async () => {
  [lms, mail, sftp, ftp, webdav] = await Promise.all([
    startLms(),
    startMailTrap({ now: () => new Date() }),
    startOpenSsh(),
    startVsftpd({ encryption: 'none' }),
    startApache(),
  ]);
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closed = (server.address() as AddressInfo).port;
  await new Promise((resolve) => server.close(resolve));
});
afterAll(() => Promise.all([lms, mail, sftp, ftp, webdav].map((server) => server.close())));

const environment = () => ({
  LMS_URL: lms.url,
  LMS_TOKEN: lms.token,
  SMTP_URL: mail.url,
  SFTP_KEY: sftp.privateKey,
  FTP_PASSWORD: ftp.password ?? '',
  DAV_PASSWORD: webdav.password,
});

const workspace = (connections: string) =>
  newWorkspace({
    'portolan.yaml': `workspace: a\nkey: '\${file:workspace.key}'\nconnections:\n${connections}\n`,
    'connectors/silent.yaml':
      "connector: silent\nconnection: { properties: { user: { type: string } } }\nhttp: { baseUrl: 'https://api.acme.example' }\nread: { all: { request: { get: / } } }\n",
  });

const good = () => `
  lms: { equeo: { url: '\${LMS_URL}', token: '\${LMS_TOKEN}' } }
  mail: { smtp: { url: '\${SMTP_URL}', from: 'LMS <noreply@acme.example>' } }
  hr: { sftp: { host: ${sftp.host}, port: ${sftp.port}, username: ${sftp.username}, privateKey: '\${SFTP_KEY}', hostKey: '${sftp.hostKey}' } }
  old: { ftp: { host: ${ftp.host}, port: ${ftp.port}, username: ${ftp.username}, password: '\${FTP_PASSWORD}', encryption: none } }
  new: { webdav: { url: '${webdav.url}', username: ${webdav.username}, password: '\${DAV_PASSWORD}', encryption: none } }
  here: { file: { folder: . } }
  bare: { silent: {} }`;

describe('portolan connections test', () => {
  test('logs in to each connection, and says whose login it is or what it saw', async () => {
    const folder = await workspace(good());
    const before = { ...lms.ledger.counts };
    const { code, out, err } = await portolan(folder, ['connections', 'test'], { env: environment() });
    expect(err).toBe('');
    expect(out).toMatch(/^lms +equeo +good +Portolan\b/m);
    expect(out).toMatch(/^mail +smtp +good +logged in/m);
    for (const line of [/^hr +sftp/m, /^old +ftp/m, /^new +webdav/m, /^here +file/m]) {
      expect(out).toMatch(new RegExp(`${line.source} +good +\\d+ entr(y|ies)`, 'm'));
    }
    expect(out).toMatch(/^bare +silent +untried +nothing is known to ask for/m);
    expect(code).toBe(0);
    expect(lms.ledger.counts).toEqual({ ...before, requests: before.requests + 1 });
    expect(lms.ledger.requests.map(({ path }) => path)).toEqual(['/me']);
    expect(mail.ledger.mails).toBe(0);
  });

  test('a wrong secret, another host key and a closed port are each one sentence, without the secret', async () => {
    const folder = await workspace(
      good()
        .replace('${LMS_TOKEN}', '${WRONG}')
        .replace(sftp.hostKey, otherKey)
        .replace('${FTP_PASSWORD}', '${WRONG}')
        .replace('${DAV_PASSWORD}', '${WRONG}')
        .replace('${SMTP_URL}', `smtp://someone:\${WRONG}@127.0.0.1:${closed}`),
    );
    const env = { ...environment(), WRONG: 'not-the-secret' };
    const { code, out } = await portolan(folder, ['connections', 'test', '--json'], { env });
    expect(code).toBe(1);
    const { connections } = JSON.parse(out) as { connections: { name: string; is: string; code?: string }[] };
    expect(connections.map(({ name, is, code }) => [name, is, code])).toEqual([
      ['lms', 'bad', 'HTTP_UNAUTHORIZED'],
      ['mail', 'bad', 'SMTP_UNREACHABLE'],
      ['hr', 'bad', 'SFTP_HOST_KEY_CHANGED'],
      ['old', 'bad', 'FTP_AUTH_DENIED'],
      ['new', 'bad', 'WEBDAV_AUTH_DENIED'],
      ['here', 'good', undefined],
      ['bare', 'untried', undefined],
    ]);
    expect(out).not.toContain('not-the-secret');
    const told = await portolan(folder, ['connections', 'test', 'lms', 'old'], { env });
    expect(told.code).toBe(1);
    expect(told.out).toMatch(/^lms HTTP_UNAUTHORIZED: 127\.0\.0\.1:\d+ does not accept the login of connection lms/m);
    expect(told.out).toMatch(/^ {2}fix: Check the secret/m);
    expect(told.out).not.toContain('mail');
  });

  test('an unknown name is told with the nearest, and nothing is asked', async () => {
    const folder = await workspace(good());
    const asked = lms.ledger.requests.length;
    const { code, err } = await portolan(folder, ['connections', 'test', 'lmz'], { env: environment() });
    expect(code).toBe(2);
    expect(err).toContain('There is no connection “lmz” in portolan.yaml');
    expect(err).toContain('Did you mean “lms”?');
    expect(lms.ledger.requests.length).toBe(asked);
  });
});
