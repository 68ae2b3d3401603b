import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { describe, expect, it } from 'vitest';
import { portOf } from '../../../plugins/ftp/connection.ts';
import store from '../../../plugins/ftp/store.ts';
import { codeOf } from '../../../src/connect/contract/index.ts';
import type { OpenFileStore } from '../../../src/connect/sdk/index.ts';
import { openContext } from '../../connect/contexts.ts';

type Answers = Record<string, string>;
const usual: Answers = {
  USER: '331 password?',
  PASS: '230 in',
  FEAT: '500 what?',
  PWD: '257 "/home/o""neil" is here',
  SIZE: '550 no',
  MDTM: '213 20260102030405',
  STOR: '150 go on',
};

/** Servers that answer as real ones do which can't be had here; a data connection gets `listing`, then the end. */
async function at<T>(
  changes: Answers,
  act: (opened: OpenFileStore) => Promise<T>,
  { listing = '', isDataOpen = true }: { listing?: string; isDataOpen?: boolean } = {},
): Promise<{ result: T | undefined; error: unknown; said: string[] }> {
  const answers = { ...usual, ...changes };
  const said: string[] = [];
  const data = createServer((socket) => void socket.on('error', () => {}).end(listing));
  const { port: dataPort } = await listening(data);
  if (!isDataOpen) await closed(data);
  const control = createServer((socket) => {
    socket.on('error', () => {});
    socket.write('220 hello\r\n');
    socket.on('data', (bytes) => {
      for (const line of bytes.toString().split('\r\n').filter(Boolean)) {
        said.push(line);
        const word = line.split(' ', 1)[0]!;
        const reply =
          answers[word] ??
          (word === 'EPSV' ? `229 come (|||${dataPort}|)` : word === 'LIST' ? '150 here\r\n226 done' : '200 fine');
        socket.write(`${reply}\r\n`);
      }
    });
  });
  const { port } = await listening(control);
  const connection = { host: '127.0.0.1', port, username: 'hr', password: 'open sesame', encryption: 'none' as const };
  try {
    const opened = await store.open(openContext({ ...connection, timeout: 2000 }));
    try {
      return { result: await act(opened), error: undefined, said };
    } finally {
      await opened.close();
    }
  } catch (error) {
    return { result: undefined, error, said };
  } finally {
    await closed(control);
    if (isDataOpen) await closed(data);
  }
}

async function listening(server: Server): Promise<AddressInfo> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address() as AddressInfo;
}
const closed = (server: Server) => new Promise((resolve) => server.close(resolve));
const line = (name: string) => `-rw-r--r--    1 1000     1000            3 Jan 02 03:04 ${name}\r\n`;

describe('an FTP server', () => {
  it('that lists as `ls` does is asked for each time, and paths begin where the account does', async () => {
    const { result, said } = await at({}, (opened) => opened.list('out'), {
      listing: `total 12\r\ndrwxr-xr-x 2 1 1 4096 Jan 02 03:04 .\r\n${line('a b.csv')}`,
    });
    expect(result).toEqual([
      { name: 'a b.csv', path: 'out/a b.csv', size: 3, mtime: Date.UTC(2026, 0, 2, 3, 4, 5), isFolder: false },
    ]);
    expect(said).toContain(`MDTM /home/o"neil/out/a b.csv`);
  });

  it('whose listing has a line that can not be read is told, as a file would be passed over', async () => {
    for (const listing of [`${line('a')}something else\r\n`, `something else\r\n${line('a')}`, line('../../etc')]) {
      const { error } = await at({}, (opened) => opened.list('out'), { listing });
      expect([listing, (error as { code?: string }).code]).toEqual([listing, 'FTP_LISTING']);
    }
  });

  it('that knows no exact times is told, as a changed file would not be recognised', async () => {
    for (const MDTM of ['502 what?', '213 yesterday']) {
      const { error } = await at({ MDTM }, (opened) => opened.list('out'), { listing: line('a') });
      expect((error as { code?: string }).code).toBe('FTP_LISTING');
    }
  });

  it('that lists by MLSD without times is asked for each time, and facts come in any order and case', async () => {
    const answers = {
      FEAT: '211-I have\r\n MLST type*;size*;modify*;\r\n211 that',
      MLSD: '150 here\r\n226 done',
      MLST: '250-it is\r\n Size=7;TYPE=file;x=y; /home/a b.csv\r\n250 that',
    };
    const listing = 'type=cdir;size=4096; .\r\nSize=7;Type=file; a b.csv\r\ntype=dir; inner\r\n';
    const { result } = await at(answers, async (opened) => [await opened.list('out'), await opened.stat('a b.csv')], {
      listing,
    });
    const facts = { name: 'a b.csv', size: 7, mtime: Date.UTC(2026, 0, 2, 3, 4, 5), isFolder: false };
    expect(result).toEqual([
      [
        { ...facts, path: 'out/a b.csv' },
        { name: 'inner', path: 'out/inner', size: 0, mtime: 0, isFolder: true },
      ],
      { ...facts, path: 'a b.csv' },
    ]);
  });

  it('whose passive ports are closed is told apart from one that is not reached', async () => {
    const { error } = await at({}, (opened) => opened.list('out'), { isDataOpen: false });
    expect(error).toMatchObject({ code: 'FTP_DATA_REFUSED', class: 'transient' });
  });

  it('that repeats the password in its answers does not bring it into a message', async () => {
    const refused = await at({ PASS: '530 hr with “open sesame” may not come in.' }, () => Promise.resolve());
    expect(refused.error).toMatchObject({ code: 'FTP_AUTH_DENIED' });
    expect((refused.error as Error).message).toContain('may not come in”.');
    const failed = await at({ DELE: '451 open sesame is wrong today' }, (opened) => opened.remove('a'));
    expect((failed.error as Error).message).toBe('a on the server failed: 451 … is wrong today.');
    for (const { error } of [refused, failed])
      expect(`${String(error)} ${String((error as Error).cause)}`).not.toContain('sesame');
  });

  it('that is full says so by its numbers', async () => {
    const write = async (opened: OpenFileStore) => {
      const writer = await opened.write('a');
      await writer.end();
    };
    const answers = { CWD: '550 no', MDTM: '550 no' };
    expect((await at({ ...answers, STOR: '452 full' }, write)).error).toMatchObject({ code: 'FILE_DISK_FULL' });
    expect((await at({ ...answers, STOR: '552 quota' }, write)).error).toMatchObject({ code: 'FILE_DISK_FULL' });
  });

  it('that has no time just now is transient', async () => {
    const { error } = await at({ USER: '421 too many of you' }, () => Promise.resolve());
    expect(error).toMatchObject({ code: 'FTP_UNREACHABLE', class: 'transient' });
    const later = await at({ DELE: '421 closing' }, (opened) => opened.remove('a'));
    expect(later.error).toMatchObject({ code: 'FTP_DROPPED', class: 'transient' });
  });

  it('is on the usual port of its encryption where none is written', () => {
    const of = { host: 'h', username: 'u' };
    expect([portOf(of), portOf({ ...of, encryption: 'implicit' }), portOf({ ...of, port: 2121 })]).toEqual([
      21, 990, 2121,
    ]);
  });

  it('that speaks nonsense is not waited for', async () => {
    expect(
      await codeOf(async () => Promise.reject((await at({ PWD: '257 here' }, () => Promise.resolve())).error as Error)),
    ).toBe('FTP_UNREACHABLE');
  });
});
