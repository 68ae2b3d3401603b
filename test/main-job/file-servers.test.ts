import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newWorkspace, portolan } from '../cli/harness.ts';
import { startApache, type Apache } from '../servers/apache.ts';
import { startVsftpd, type Vsftpd } from '../servers/vsftpd.ts';

let ftp: Vsftpd;
let webdav: Apache;
beforeAll(async () => {
  [ftp, webdav] = await Promise.all([startVsftpd({ encryption: 'none' }), startApache()]);
});
afterAll(() => Promise.all([ftp.close(), webdav.close()]));

const workspace = `
workspace: a
key: '\${file:workspace.key}'
connections:
  old: { ftp: { host: '\${FTP_HOST}', port: '\${FTP_PORT}', username: '\${FTP_USER}', password: '\${FTP_PASSWORD}', encryption: none } }
  new: { webdav: { url: '\${DAV_URL}', username: '\${DAV_USER}', password: '\${DAV_PASSWORD}', encryption: none } }
  here: { file: { folder: local } }
`;

const fromFtp = `
source: { ftp: { path: staff/*.csv, settle: 1ms, then: { move: done/ } }, format: csv, feed: full }
sink:
  - { webdav: { path: out/staff.csv, columns: [city, number] }, format: csv }
  - { file: { path: copy.csv }, format: csv }
report: { webdav: { path: report.csv, overwrite: true }, format: csv }
`;
const fromWebdav = `
source: { webdav: { path: staff/*.csv, settle: 1ms, then: { move: done/ } }, format: csv, feed: full }
sink:
  - { ftp: { path: out/staff.csv, columns: [city, number] }, format: csv }
  - { file: { path: copy.csv }, format: csv }
report: { ftp: { path: report.csv, overwrite: true }, format: csv }
`;
const record = `
pipeline: staff
record: { key: number, fields: { city: { required: true } } }
map: { number: =number, city: =city }`;

const feed = 'number,city\n1,Tver\n2,\n3,Perm\n';

test.each(['ftp', 'webdav'] as const)(
  'a pipeline takes files from %s, moves them, and writes to the other',
  async (from) => {
    const [source, target, ends] = from === 'ftp' ? [ftp, webdav, fromFtp] : [webdav, ftp, fromWebdav];
    await source.seed('staff/x', '');
    await rm(join(source.folder, 'staff/x'));
    await source.seed('done/x', '');
    await source.seed('staff/monday.csv', feed);
    await target.seed('out/x', '');
    const folder = await newWorkspace({
      'portolan.yaml': workspace,
      'local/x': '',
      'pipelines/staff.yaml': record + ends,
    });
    const env = {
      FTP_HOST: ftp.host,
      FTP_PORT: String(ftp.port),
      FTP_USER: ftp.username,
      FTP_PASSWORD: ftp.password ?? '',
      DAV_URL: webdav.url,
      DAV_USER: webdav.username,
      DAV_PASSWORD: webdav.password,
    };
    const { code, out, err } = await portolan(folder, ['run', 'staff', '--json'], { env });
    expect(err).toBe('');
    expect(JSON.parse(out)).toMatchObject({
      status: 'done',
      counts: { read: 3, rejected: 1, delivered: { upsert: 2 } },
    });
    expect(code).toBe(0);
    expect(await readFile(join(target.folder, 'out/staff.csv'), 'utf8')).toMatch(
      /^city,number\r?\nTver,1\r?\nPerm,3\r?\n$/,
    );
    expect(await readFile(join(target.folder, 'report.csv'), 'utf8')).toContain('city');
    expect(await readFile(join(folder, 'local/copy.csv'), 'utf8')).toContain('3,Perm');
    expect(await readFile(join(source.folder, 'done/monday.csv'), 'utf8')).toBe(feed);
  },
);
