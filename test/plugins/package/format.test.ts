import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import file from '../../../plugins/file/store.ts';
import { formats } from '../../../plugins/formats.ts';
import { codeOf, collect, decodeAll, encodeAll, formatContract } from '../../../src/connect/contract/index.ts';
import { inPieces } from '../../../src/connect/contract/byte-streams.ts';
import { forAll, packZip, type Fields, type NewMember, type OpenFormat } from '../../../src/connect/sdk/index.ts';
import { sourceHarness } from '../../connect/source-harness.ts';

const declared = formats.find(({ name }) => name === 'package')!;
const open = (members: Fields, manifest?: string): OpenFormat =>
  declared.open({ members, ...(manifest === undefined ? {} : { manifest }) });

async function* each(members: Readonly<Record<string, string>>): AsyncGenerator<NewMember> {
  for (const [name, content] of Object.entries(members)) yield { name, bytes: inPieces(Buffer.from(content), 1000) };
}
const pack = (members: Readonly<Record<string, string>>): Promise<Buffer> => collect(packZip(each(members)));

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'portolan-package-'))));
afterAll(() => rmSync(folder, { recursive: true }));

formatContract('package of csv', () => ({ format: open({ 'people.csv': 'csv' }), isText: true }));
formatContract('package of ndjson', () => ({
  format: open({ 'in/people.ndjson': 'ndjson' }, 'about.json'),
  isText: false,
}));

const people = [
  { code: '1', name: 'Анна' },
  { code: '2', name: 'Bob' },
];

describe('a package that is written', () => {
  it('holds every record in each member, and a manifest that others can check', async () => {
    const format = open({
      'data/people.csv': { csv: { delimiter: ';' } },
      'people.json': 'json',
      'people.xlsx': 'xlsx',
    });
    const packed = join(folder, 'out.zip');
    writeFileSync(packed, await encodeAll(format, [people.slice(0, 1), people.slice(1)]));
    execFileSync('python3', ['-m', 'zipfile', '-e', packed, join(folder, 'out')]);
    const { members } = JSON.parse(readFileSync(join(folder, 'out', 'manifest.json'), 'utf8')) as {
      members: { name: string; bytes: number; sha256: string; rows: number }[];
    };
    expect(members.map(({ name, rows }) => [name, rows])).toEqual([
      ['data/people.csv', 2],
      ['people.json', 2],
      ['people.xlsx', 2],
    ]);
    for (const { name, bytes, sha256 } of members) {
      const content = readFileSync(join(folder, 'out', name));
      expect([content.length, createHash('sha256').update(content).digest('hex')]).toEqual([bytes, sha256]);
    }
    expect(readFileSync(join(folder, 'out', 'data/people.csv'), 'utf8')).toBe('code;name\r\n1;Анна\r\n2;Bob\r\n');
    expect(JSON.parse(readFileSync(join(folder, 'out', 'people.json'), 'utf8'))).toEqual(people);
  });

  it('is the same for the same records', async () => {
    const format = () => open({ 'a.csv': 'csv', 'b.json': 'json' });
    expect(await encodeAll(format(), [people])).toEqual(await encodeAll(format(), [people]));
  });

  it('holds a report of several tables', async () => {
    const format = open({ 'report.csv': 'csv', 'report.xlsx': 'xlsx' });
    async function* records(): AsyncGenerator<Fields[]> {
      yield people;
    }
    const tables = () => [
      { columns: ['code'], records: records() },
      { columns: ['name'], records: records() },
    ];
    const packed = await collect(format.encodeTables!(tables()));
    const csv = await decodeAll(open({ 'report.csv': 'csv' }), packed);
    expect(csv.columns).toEqual(['code']);
    expect(csv.records.slice(0, 2)).toEqual([{ code: '1' }, { code: '2' }]);
    expect((await decodeAll(open({ 'report.xlsx': 'xlsx' }), packed)).records).toEqual([{ code: '1' }, { code: '2' }]);
  });

  it('fails whole where one member can not be written', async () => {
    const failing = open({ 'a.json': 'json', 'b.csv': { csv: { encoding: 'windows-1251' } } });
    expect(await codeOf(() => encodeAll(failing, [[{ code: '日本' }], people]))).toBe('ENCODING_UNMAPPABLE');
  });
});

describe('a package that is read', () => {
  const sums = (content: string) => createHash('sha256').update(content).digest('hex');
  const csv = 'code,name\n1,Анна\n2,Bob\n';
  const facts = { name: 'people.csv', bytes: Buffer.byteLength(csv), sha256: sums(csv), rows: 2 };
  const packed = (said: unknown, members: Record<string, string> = { 'people.csv': csv, 'readme.txt': 'x' }) =>
    pack({ ...members, 'manifest.json': typeof said === 'string' ? said : JSON.stringify(said) });
  const read = async (said: unknown) => decodeAll(open({ 'people.csv': 'csv' }), await packed(said));

  it('gives the records of the members that are named, and says where they come from', async () => {
    const more = 'code,name\n3,Eva\n';
    const said = {
      version: 1,
      members: [facts, { name: 'more.csv', bytes: Buffer.byteLength(more), sha256: sums(more).toUpperCase(), rows: 1 }],
    };
    const format = open({ 'people.csv': 'csv', 'more.csv': 'csv' });
    const decoding = format.decode(inPieces(await packed(said, { 'more.csv': more, 'people.csv': csv }), 99), []);
    const origins: unknown[] = [];
    for await (const { origin, records } of decoding.batches) origins.push([origin, records.length]);
    expect(origins).toEqual([
      ['people.csv', 2],
      ['more.csv', 1],
    ]);
    expect(decoding.end()).toEqual({ dialect: expect.objectContaining({ format: 'csv' }) as unknown });
  });

  it.each<[string, unknown, string]>([
    ['more bytes', { ...facts, bytes: 1 }, `people.csv: it has ${facts.bytes} bytes, and 1 by the manifest`],
    ['other bytes', { ...facts, sha256: sums('x') }, 'people.csv: its bytes are not those that the manifest names'],
    ['fewer records', { ...facts, rows: 3 }, 'people.csv: it has 2 records, and 3 by the manifest'],
    ['another member', { ...facts, name: 'other.csv' }, 'people.csv: the manifest does not name it'],
  ])('is delivered and not complete with %s than the manifest says', async (_what, said, cut) => {
    const found = await read({ version: 1, members: [said] });
    expect(found.records).toEqual(people);
    expect(found.cut).toBe(cut);
  });

  it.each<[string, unknown]>([
    ['no JSON', 'x'],
    ['another version', { version: 2, members: [facts] }],
    ['no numbers', { version: 1, members: [{ ...facts, rows: '2' }] }],
    ['a manifest without end', JSON.stringify({ version: 1, members: [facts], more: 'x'.repeat(1024 * 1024) })],
  ])('with %s for a manifest is not complete', async (_what, said) => {
    const { records, cut } = await read(said);
    expect(records).toEqual(people);
    expect(cut).toBe('manifest.json is no manifest of a package');
  });

  it('without its manifest or a member fails before anything is read', async () => {
    const format = open({ 'people.csv': 'csv' }, 'about.json');
    await expect(decodeAll(format, await packed({}))).rejects.toThrow(
      'The package has no member about.json; it has “people.csv”, “readme.txt”, “manifest.json”.',
    );
    expect(await codeOf(async () => decodeAll(open({ 'a.csv': 'csv' }), await packed({})))).toBe('ARCHIVE_MEMBER');
  });

  it('that is not what it says makes the feed incomplete', async () => {
    for (const [rows, complete] of [
      [2, true],
      [3, false],
    ] as const) {
      writeFileSync(join(folder, 'in.zip'), await packed({ version: 1, members: [{ ...facts, rows }] }));
      const { codes, end } = await sourceHarness(file, undefined, folder).run(
        { path: 'in.zip' },
        { format: open({ 'people.csv': 'csv' }) },
      );
      expect({ codes, complete: end?.complete }).toEqual({ codes: ['1', '2'], complete });
    }
  });
});

it('names of members are names of files that stay in their folder, one each', async () => {
  for (const members of [
    { '../a.csv': 'csv' },
    { '/a.csv': 'csv' },
    { '*.csv': 'csv' },
    {},
    { 'manifest.json': 'json' },
  ])
    for (const use of ['read', 'write'] as const)
      expect(await codeOf(async () => declared.check!({ members }, use))).toBe('ARCHIVE_MEMBER');
  expect(await codeOf(async () => declared.check!({ members: { 'a.csv': 'csv' }, manifest: '../m' }, 'read'))).toBe(
    'ARCHIVE_MEMBER',
  );
  const unsure = { members: { 'a.csv': { csv: { encoding: 'auto' } } } };
  expect(await codeOf(async () => declared.check!(unsure, 'write'))).toBe('ENCODING_AUTO');
});

describe('items for several readers', () => {
  it('are taken in step, and a reader that leaves ends them for all', async () => {
    const log: string[] = [];
    async function* source() {
      try {
        for (const item of [1, 2, 3]) {
          log.push(`taken ${item}`);
          yield item;
        }
      } finally {
        log.push('closed');
      }
    }
    const [left, right] = forAll(source(), 2);
    const a = left![Symbol.asyncIterator]();
    const b = right![Symbol.asyncIterator]();
    const first = a.next();
    expect(log).toEqual([]);
    expect([await b.next(), await first]).toEqual([
      { done: false, value: 1 },
      { done: false, value: 1 },
    ]);
    const second = a.next();
    await b.return!();
    expect((await second).done).toBe(true);
    expect(log).toEqual(['taken 1', 'closed']);
  });
});
