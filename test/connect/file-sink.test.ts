import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import csv from '../../plugins/csv/format.ts';
import file from '../../plugins/file/store.ts';
import { codeOf } from '../../src/connect/contract/index.ts';
import { fileSink } from '../../src/connect/files/index.ts';
import { problem, type Fields, type OpenFormat, type OpenSink, type WriteBatch } from '../../src/connect/sdk/index.ts';
import { openContext, pathOf } from './contexts.ts';
import { fileProblem } from '../../src/connect/files/file-faults.ts';
import { partPathOf } from '../../src/connect/files/leftovers.ts';
import type { OpenFileStore } from '../../src/connect/files/index.ts';
import { underItsName } from '../../src/connect/files/target-folder.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portolan-sink-'));
  await mkdir(join(folder, 'reports'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const never = new AbortController().signal;
interface Written {
  path?: string;
  overwrite?: boolean;
  columns?: string[];
}
const open = (
  { path = 'reports/{{$pipeline}}-{{$run.date}}.csv', ...rest }: Written = {},
  format: OpenFormat | undefined = csv.open({}),
  notes: string[] = [],
) =>
  fileSink(file).open({
    ...openContext(undefined, { folder }),
    note: (message) => notes.push(message),
    options: { path: pathOf(path), ...rest },
    ...(format ? { format } : {}),
  });
const batch = (records: Fields[]): WriteBatch => ({
  once: 'x',
  operation: 'upsert',
  items: records.map((record, index) => ({ key: String(index), operation: 'upsert', record })),
});
const names = async () => (await readdir(join(folder, 'reports'))).sort();
const content = (name: string) => readFile(join(folder, 'reports', name), 'utf8');
async function writeAll(sink: OpenSink, batches: Fields[][]): Promise<void> {
  try {
    await sink.begin?.(never);
    for (const records of batches) await sink.write(batch(records), never);
    await sink.end?.(never);
  } finally {
    await sink.close();
  }
}

describe('writing a file', () => {
  it('takes batches, and gives the file its name at the end only', async () => {
    const sink = await open();
    await sink.begin!(never);
    const answer = await sink.write(batch([{ a: '1' }, { a: '2' }]), never);
    expect(answer).toEqual({ is: 'answered', outcomes: [{ is: 'delivered' }, { is: 'delivered' }] });
    expect(await names()).toEqual([
      expect.stringMatching(/^\.employees-2026-11-24\.csv\.part-[0-9a-f]{8}-[0-9a-f]{12}$/),
    ]);
    await sink.write(batch([{ a: '3' }]), never);
    await sink.end!(never);
    await sink.close();
    expect(await names()).toEqual(['employees-2026-11-24.csv']);
    expect(await content('employees-2026-11-24.csv')).toBe('a\r\n1\r\n2\r\n3\r\n');
  });

  it('leaves nothing behind when the run ends without its end', async () => {
    const sink = await open();
    await sink.write(batch([{ a: '1' }]), never);
    await sink.close();
    expect(await names()).toEqual([]);
    const untouched = await open();
    await untouched.close();
    expect(await names()).toEqual([]);
  });

  it('writes over no file without being told, not even one that came meanwhile', async () => {
    await writeFile(join(folder, 'reports/a.csv'), 'theirs');
    expect(await codeOf(async () => writeAll(await open({ path: 'reports/a.csv' }), [[{ a: '1' }]]))).toBe(
      'FILE_NAME_TAKEN',
    );
    const late = await open({ path: 'reports/b.csv' });
    await late.begin!(never);
    await writeFile(join(folder, 'reports/b.csv'), 'theirs');
    expect(await codeOf(async () => late.end!(never))).toBe('FILE_NAME_TAKEN');
    await late.close();
    expect([await content('a.csv'), await content('b.csv'), await names()]).toEqual([
      'theirs',
      'theirs',
      ['a.csv', 'b.csv'],
    ]);
    await writeAll(await open({ path: 'reports/a.csv', overwrite: true }), [[{ a: '1' }]]);
    expect(await content('a.csv')).toBe('a\r\n1\r\n');
  });

  it('writes a header alone where there are columns and no records', async () => {
    await writeAll(await open({ path: 'reports/a.csv', columns: ['x', 'y'] }), []);
    expect(await content('a.csv')).toBe('x,y\r\n');
  });

  it('packs a file whose name ends in .gz', async () => {
    await writeAll(await open({ path: 'reports/a.csv.gz' }), [[{ a: '1' }], [{ a: '2' }]]);
    expect(gunzipSync(await readFile(join(folder, 'reports/a.csv.gz'))).toString()).toBe('a\r\n1\r\n2\r\n');
  });

  it('fails with the format, at the batch that it can not write, and leaves nothing behind', async () => {
    const sink = await open({}, csv.open({ encoding: 'windows-1251' }));
    await sink.write(batch([{ name: 'Анна' }]), never);
    expect(await codeOf(() => sink.write(batch([{ name: 'Zoë' }]), never))).toBe('ENCODING_UNMAPPABLE');
    expect(await codeOf(() => sink.write(batch([{ name: 'Анна' }]), never))).toBe('ENCODING_UNMAPPABLE');
    expect(await codeOf(async () => sink.end!(never))).toBe('ENCODING_UNMAPPABLE');
    await sink.close();
    expect(await names()).toEqual([]);
  });

  it('says that the folder is missing, and that a format is', async () => {
    expect(await codeOf(async () => (await open({ path: 'none/a.csv' })).begin!(never))).toBe('FILE_FOLDER_MISSING');
    const context = { ...openContext(undefined, { folder }), options: { path: pathOf('a.csv') } };
    expect(await codeOf(() => fileSink(file).open(context))).toBe('FORMAT_MISSING');
  });

  it('clears away what killed runs of its own pipeline left a day ago, and nothing else', async () => {
    const now = Date.now();
    const hour = 3_600_000;
    const left = async (path: string, ageMs: number) => {
      await writeFile(join(folder, path), 'half');
      await utimes(join(folder, path), (now - ageMs) / 1000, (now - ageMs) / 1000);
      return path.slice('reports/'.length);
    };
    const dead = await left(partPathOf('reports/employees-2026-11-22.csv', 'employees'), 25 * hour);
    const kept = [
      await left(partPathOf('reports/employees-2026-11-23.csv', 'employees'), 23 * hour),
      await left(partPathOf('reports/employees.csv', 'other'), 99 * hour),
      await left('reports/.employees.csv.part-1', 99 * hour),
      await left(`reports/${dead.slice(1)}`, 99 * hour),
    ];
    await mkdir(join(folder, partPathOf('reports/folder', 'employees')));
    const notes: string[] = [];
    const sink = await open({}, csv.open({}), notes);
    await writeAll(sink, [[{ a: '1' }]]);
    const after = await names();
    expect(after).not.toContain(dead);
    expect(after).toEqual(expect.arrayContaining([...kept, 'employees-2026-11-24.csv']));
    expect(after).toHaveLength(kept.length + 2);
    expect(notes).toEqual(['1 unfinished file of earlier runs that were killed was removed from reports.']);
  });

  it('is written as well into a folder that may not be listed', async () => {
    const blind = {
      ...file,
      open: async (context: Parameters<typeof file.open>[0]) => ({
        ...(await file.open(context)),
        list: () => Promise.reject(problem('FILE_DENIED', 'The folder may not be listed.')),
      }),
    };
    const context = { ...openContext(undefined, { folder }), options: { path: pathOf('reports/a.csv') } };
    await writeAll(await fileSink(blind).open({ ...context, format: csv.open({}) }), [[{ a: '1' }]]);
    expect(await names()).toEqual(['a.csv']);
  });

  it('waits for the disk, so that memory does not grow with the file', async () => {
    let written = 0;
    let release: (() => void) | undefined;
    const slow: OpenFormat = {
      ...csv.open({}),
      async *encode(batches) {
        for await (const records of batches) {
          written += records.length;
          await new Promise<void>((resolve) => (release = resolve));
          yield Buffer.from('x\n');
        }
      },
    };
    const sink = await open({}, slow);
    let isTaken = false;
    const writing = sink.write(batch([{ a: '1' }]), never).then(() => (isTaken = true));
    await expect.poll(() => written).toBe(1);
    expect(isTaken).toBe(false);
    release!();
    await writing;
    const rest = sink.end!(never);
    await rest;
    await sink.close();
  });
});

it('a part that cannot be begun is told by the name of the file that was to be', async () => {
  const part = partPathOf('reports/a.csv', 'staff');
  const denied = fileProblem('denied', part, ' on the server');
  const store = {} as OpenFileStore;
  expect(await underItsName(denied, store, 'reports/a.csv', 'hr')).toMatchObject({
    code: 'FILE_DENIED',
    message: 'reports/a.csv on the server may not be used by this account.',
    fix: denied.fix,
  });
  const missing = fileProblem('noFolder', part, ' on the server');
  expect(await underItsName(missing, store, 'reports/a.csv', 'hr')).toMatchObject({
    code: 'FILE_FOLDER_MISSING',
    message: 'The folder reports does not exist in the connection “hr”.',
  });
});
