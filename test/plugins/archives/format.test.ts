import { execFileSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import file from '../../../plugins/file/store.ts';
import { formats } from '../../../plugins/formats.ts';
import { codeOf, collect, decodeAll, encodeAll, formatContract } from '../../../src/connect/contract/index.ts';
import { packTar, packZip, readTar, type NewMember, type OpenFormat } from '../../../src/connect/sdk/index.ts';
import { inPieces } from '../../../src/connect/contract/byte-streams.ts';
import { sourceHarness } from '../../connect/source-harness.ts';

type Kind = 'zip' | 'tar';
const declared = (kind: Kind) => formats.find(({ name }) => name === kind)!;
const open = (kind: Kind, member: string, format: unknown = 'csv'): OpenFormat =>
  declared(kind).open({ member, format });

async function* each(members: Readonly<Record<string, string>>): AsyncGenerator<NewMember> {
  for (const [name, content] of Object.entries(members)) yield { name, bytes: inPieces(Buffer.from(content), 1000) };
}
const pack = (kind: Kind, members: Readonly<Record<string, string>>): Promise<Buffer> =>
  collect((kind === 'zip' ? packZip : packTar)(each(members)));

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'portolan-archives-'))));
afterAll(() => rmSync(folder, { recursive: true }));

formatContract('zip of csv', () => ({ format: open('zip', 'people.csv'), isText: true }));
formatContract('tar of ndjson', () => ({ format: open('tar', 'a/people.ndjson', 'ndjson'), isText: false }));
formatContract('tar of workbooks', () => ({ format: open('tar', 'people.xlsx', 'xlsx'), isText: true }));

describe.each<Kind>(['zip', 'tar'])('members of a %s', (kind) => {
  const members = {
    'readme.txt': 'x',
    'in/b.csv': 'code;name\n1;Анна\n',
    'a.csv': 'name;code\nBob;2\nCid\n',
    '.hidden.csv': 'x\n',
  };
  const csv = { csv: { delimiter: ';' } };

  it('are chosen by name, and each row says its member and the line in it', async () => {
    const decoding = open(kind, '*.csv', csv).decode(inPieces(await pack(kind, members), 700), []);
    const found: unknown[] = [];
    for await (const { origin, records, lines, unreadable, columns } of decoding.batches)
      found.push([origin, records, [...lines], unreadable.map(({ line, code }) => [line, code]), columns]);
    expect(found).toEqual([
      ['in/b.csv', [{ code: '1', name: 'Анна' }], [2], [], ['code', 'name']],
      ['a.csv', [{ code: '2', name: 'Bob' }], [2], [[3, 'CSV_RAGGED']], ['name', 'code']],
    ]);
    expect(decoding.end().dialect).toMatchObject({ format: 'csv', options: { delimiter: ';' } });
  });

  it('with a folder in the pattern are named from the top', async () => {
    const codes = async (member: string) =>
      (await decodeAll(open(kind, member, csv), await pack(kind, members))).records.map(({ code }) => code);
    expect(await codes('in/*.csv')).toEqual(['1']);
    expect(await codes('b.csv')).toEqual(['1']);
    expect(await codes('?.csv')).toEqual(['1', '2']);
  });

  it('that are missing are told with those that are there', async () => {
    await expect(decodeAll(open(kind, 'staff.csv'), await pack(kind, { 'a.txt': 'x', 'b.txt': 'x' }))).rejects.toThrow(
      `The ${kind} has no member staff.csv; it has “a.txt”, “b.txt”.`,
    );
    expect(await codeOf(async () => decodeAll(open(kind, '*'), await pack(kind, {})))).toBe('ARCHIVE_MEMBER');
  });

  it('that end too early say so', async () => {
    const { cut } = await decodeAll(open(kind, '*.csv'), await pack(kind, { 'a.csv': 'code,name\n1,x\n2' }));
    expect(cut).toBe('a.csv: the file ends in the middle of a row');
  });

  it('are written under one name', async () => {
    const records = [[{ code: '1' }]];
    for (const wrong of ['*.csv', '../a.csv', '/a.csv']) {
      expect(await codeOf(() => encodeAll(open(kind, wrong), records))).toBe('ARCHIVE_MEMBER');
      expect(await codeOf(async () => declared(kind).check!({ member: wrong, format: 'csv' }, 'write'))).toBe(
        'ARCHIVE_MEMBER',
      );
    }
    declared(kind).check!({ member: '*.csv', format: 'csv' }, 'read');
    const unsure = { member: 'a.csv', format: { csv: { encoding: 'auto' } } };
    expect(await codeOf(async () => declared(kind).check!(unsure, 'write'))).toBe('ENCODING_AUTO');
  });

  it('of a source of files stand behind the name of the file, and the file is whole', async () => {
    const packed = await pack(kind, members);
    // Tars are filled up with zeros to the length of a tape's block.
    const filled = kind === 'tar' ? Buffer.concat([packed, Buffer.alloc(300_000)]) : packed;
    for (const content of [filled, gzipSync(filled)]) {
      writeFileSync(join(folder, `people.${kind}`), content);
      const { codes, end } = await sourceHarness(file, undefined, folder).run(
        { path: `people.${kind}` },
        { format: open(kind, 'in/*.csv', csv) },
      );
      expect({ codes, complete: end?.complete }).toEqual({ codes: ['1'], complete: true });
    }
  });
});

describe('a tar', () => {
  const names = async (content: Uint8Array): Promise<string[]> => {
    const found: string[] = [];
    for await (const { name } of readTar(inPieces(content, 333))) found.push(name);
    return found;
  };

  it.each(['ustar', 'gnu', 'pax', 'v7'])(
    'of GNU tar in the form %s is read, folders and links passed over',
    async (form) => {
      const home = join(folder, form);
      const long = form === 'v7' ? 'short' : 'д'.repeat(form === 'ustar' ? 40 : 100);
      mkdirSync(join(home, 'папка'), { recursive: true });
      writeFileSync(join(home, 'папка', `${long}.csv`), `code\n${'1\n'.repeat(700)}`);
      execFileSync('ln', ['-s', 'папка', join(home, 'link.csv')]);
      const content = execFileSync('tar', [`--format=${form}`, '-C', home, '-cf', '-', '.']);
      expect(await names(content)).toEqual([`папка/${long}.csv`]);
      expect((await decodeAll(open('tar', '*.csv'), content)).records).toHaveLength(700);
    },
  );

  it('that we write is read by GNU tar', async () => {
    const long = `${'о'.repeat(80)}/б.csv`;
    const content = await pack('tar', { 'a.csv': 'x'.repeat(600), [long]: 'y' });
    const listed = execFileSync('tar', ['-tvf', '-', '--quoting-style=literal'], { input: content }).toString();
    expect(
      listed
        .trim()
        .split('\n')
        .map((line) => line.split(/\s+/))
        .map((parts) => [parts[2], parts.at(-1)]),
    ).toEqual([
      ['600', 'a.csv'],
      ['1', long],
    ]);
    expect(await names(content)).toEqual(['a.csv', long]);
  });

  it('with a name that leads out of its folder is refused', async () => {
    for (const name of ['../a.csv', '/etc/a.csv', 'a/../../b.csv', '..\\a.csv'])
      expect(await codeOf(async () => names(await pack('tar', { [name]: 'x' })))).toBe('ARCHIVE_NAME');
  });

  it('that is cut, of another kind or changed is damaged', async () => {
    const content = await pack('tar', { 'a.csv': 'x'.repeat(600) });
    const changed = Buffer.from(content);
    changed[0] = 0x62;
    for (const wrong of [
      content.subarray(0, 300),
      content.subarray(0, 800),
      content.subarray(0, 1536),
      changed,
      Buffer.alloc(0),
      Buffer.from('a;b\n'.repeat(300)),
    ])
      expect(await codeOf(() => names(wrong))).toBe('TAR_DAMAGED');
  });
});
