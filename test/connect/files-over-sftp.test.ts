import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import csv from '../../plugins/csv/format.ts';
import sftp from '../../plugins/sftp/store.ts';
import { codeOf } from '../../src/connect/contract/index.ts';
import { fileSink } from '../../src/connect/files/index.ts';
import { partPathOf } from '../../src/connect/files/leftovers.ts';
import { startOpenSsh, type OpenSsh } from '../servers/openssh.ts';
import { openContext, pathOf } from './contexts.ts';
import { codesOf, opened, sourceHarness } from './source-harness.ts';

let server: OpenSsh;
let harness: ReturnType<typeof sourceHarness>;
beforeAll(async () => {
  server = await startOpenSsh();
  harness = sourceHarness(sftp, connection(), '/nowhere');
});
afterAll(() => server.close());

const connection = () => ({
  host: server.host,
  port: server.port,
  username: server.username,
  privateKey: server.privateKey,
  hostKey: server.hostKey,
  timeout: 5000,
});
const names = async (folder: string) => (await readdir(join(server.folder, folder))).sort();
const day = Date.UTC(2026, 10, 24);
const never = new AbortController().signal;

describe('a source over a real OpenSSH server', () => {
  it('moves the file hours later, on a new connection when the first was lost', async () => {
    await server.seed('out/staff_1.csv', 'code;name\n1;Анна\n', day - 1000);
    await server.seed('out/staff_2.csv', 'code;name\n2;Иван\n', day);
    const { source } = await harness.open({ path: 'out/*.csv', then: { move: 'archive/2026' } });
    expect(await codesOf(opened(source).read())).toEqual(['2']);
    server.dropConnections();
    await opened(source).settled();
    server.dropConnections();
    await opened(source).settled();
    await opened(source).close();
    expect([await names('out'), await names('archive/2026')]).toEqual([[], ['staff_1.csv', 'staff_2.csv']]);
  });

  it('fails when the connection is lost in the middle of a read, and the file stays', async () => {
    const rows = Array.from({ length: 200_000 }, (_, index) => `${index};${'x'.repeat(60)}\n`);
    await server.seed('lost/a.csv', `code;name\n${rows.join('')}`, day);
    const { source } = await harness.open({ path: 'lost/*.csv', then: { move: 'archive' } });
    const reading = async () => {
      for await (const _batch of opened(source).read()) server.dropConnections();
    };
    expect(await codeOf(reading)).toBe('SFTP_DROPPED');
    expect(opened(source).end().complete).toBe(false);
    await opened(source).settled();
    await opened(source).close();
    expect(await names('lost')).toEqual(['a.csv']);
  });

  it('understands an absolute path', async () => {
    await server.seed('abs/a.csv', 'code\n1\n', day);
    const run = await harness.run({ path: `${server.folder}/abs/*.csv`, then: { move: `${server.folder}/abs/done/` } });
    expect([run.codes, await names('abs/done')]).toEqual([['1'], ['a.csv']]);
  });
});

describe('a sink over a real OpenSSH server', () => {
  const open = (path: string, overwrite = false) =>
    fileSink(sftp).open({
      ...openContext(connection()),
      options: { path: pathOf(path), overwrite },
      format: csv.open({}),
    });
  const item = { key: '1', operation: 'upsert' as const, record: { a: '1' } };
  const batch = { once: 'x', operation: 'upsert' as const, items: [item] };

  it('gives the file its name at the end, and replaces only when told', async () => {
    await server.seed('reports/old.csv', 'theirs');
    const sink = await open('reports/new.csv');
    await sink.write(batch, never);
    expect(await names('reports')).toEqual([expect.stringMatching(/^\.new\.csv\.part-/), 'old.csv']);
    await sink.end!(never);
    await sink.close();
    expect(await names('reports')).toEqual(['new.csv', 'old.csv']);
    expect(await codeOf(async () => (await open('reports/old.csv')).begin!(never))).toBe('FILE_NAME_TAKEN');
    const over = await open('reports/old.csv', true);
    await over.write(batch, never);
    await over.end!(never);
    await over.close();
    expect(await readFile(join(server.folder, 'reports/old.csv'), 'utf8')).toBe('a\r\n1\r\n');
  });

  it('clears away what a killed run of its pipeline left a day ago, by the clock of the server', async () => {
    const parts = [25, 1].map((hours, at) => ({ path: partPathOf(`cleaned/${at}.csv`, 'employees'), hours }));
    for (const { path, hours } of parts) await server.seed(path, 'half', Date.now() - hours * 3_600_000);
    const sink = await open('cleaned/a.csv');
    await sink.write(batch, never);
    await sink.end!(never);
    await sink.close();
    expect(await names('cleaned')).toEqual([parts[1]!.path.slice('cleaned/'.length), 'a.csv']);
  });

  it('gives the name on a new connection when the answer to the first rename was lost', async () => {
    await server.seed('late/x', '');
    const sink = await open('late/a.csv');
    await sink.write(batch, never);
    await sink.end!(never);
    // As the engine sees it: the file has its name, the answer did not come, the connection is gone.
    server.dropConnections();
    await sink.end!(never);
    await sink.close();
    expect(await names('late')).toEqual(['a.csv', 'x']);
  });
});
