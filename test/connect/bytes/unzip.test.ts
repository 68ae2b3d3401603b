import { randomBytes } from 'node:crypto';
import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import { packZip, type NewMember } from '../../../src/connect/bytes/pack-zip.ts';
import { diskFull, spool } from '../../../src/connect/bytes/spool.ts';
import { openZip, zipLimits, type ZipLimits } from '../../../src/connect/bytes/unzip.ts';
import { collect, inPieces } from '../../../src/connect/contract/byte-streams.ts';
import { codeOf } from '../../../src/connect/contract/index.ts';

async function* each(members: Readonly<Record<string, Uint8Array | string>>): AsyncGenerator<NewMember> {
  for (const [name, content] of Object.entries(members)) yield { name, bytes: inPieces(Buffer.from(content), 4096) };
}
const zipOf = (members: Readonly<Record<string, Uint8Array | string>>): Promise<Buffer> =>
  collect(packZip(each(members)));

async function read(content: Uint8Array, limits: Partial<ZipLimits> = {}): Promise<Record<string, string>> {
  const zip = await openZip(inPieces(content, 1000), { ...zipLimits, ...limits });
  try {
    const found: Record<string, string> = {};
    for (const { name, read: bytes } of zip.members) found[name] = String(await collect(bytes()));
    return found;
  } finally {
    await zip.close();
  }
}

/** The same bytes with others in the place of some, which stand twice: at the member, and in the directory. */
const replaced = (content: Buffer, from: Uint8Array | string, to: Uint8Array | string): Buffer => {
  const [before, after] = [Buffer.from(from), Buffer.from(to)];
  const made = Buffer.from(content);
  for (let at = made.indexOf(before); at >= 0; at = made.indexOf(before, at + 1)) after.copy(made, at);
  return made;
};
/** Sets bits of the general purpose flags, which stand 6 and 8 bytes behind the signatures. */
function flagged(content: Buffer, set: number, cleared = 0): Buffer {
  const made = Buffer.from(content);
  for (const [signature, offset] of [
    ['PK\x03\x04', 6],
    ['PK\x01\x02', 8],
  ] as const)
    for (let at = made.indexOf(signature); at >= 0; at = made.indexOf(signature, at + 1))
      made.writeUInt16LE((made.readUInt16LE(at + offset) | set) & ~cleared, at + offset);
  return made;
}

/** A ZIP with a member of a name that nobody would give it. */
async function named(name: string): Promise<Buffer> {
  const placeholder = 'y'.repeat(name.length);
  return replaced(await zipOf({ [placeholder]: 'x' }), placeholder, name);
}

describe('a ZIP', () => {
  it('gives its members back, empty ones and large ones, and no folders', async () => {
    const large = randomBytes(300_000).toString('hex');
    const content = await zipOf({ 'a.csv': 'x', 'Папка/б.csv': large, 'empty.txt': '' });
    expect(await read(content)).toEqual({ 'a.csv': 'x', 'Папка/б.csv': large, 'empty.txt': '' });
    expect(await read(replaced(await zipOf({ 'folder.': 'x' }), 'folder.', 'folder/'))).toEqual({});
    expect(await read(await zipOf({}))).toEqual({});
  });

  it('may have names as old Windows writes them', async () => {
    const name = 'люди.csv';
    const placeholder = 'lydi.csv';
    const content = flagged(await zipOf({ [placeholder]: 'x' }), 0, 0x800);
    const old = replaced(content, placeholder, iconv.encode(name, 'cp866'));
    expect(await read(old)).toEqual({ [name]: 'x' });
  });

  it('with a name that leads out of its folder is refused, whatever else is in it', async () => {
    for (const name of ['../../etc.csv', '/root/etc.csv', '..\\..\\etc.csv', 'C:\\root\\a.csv'])
      expect(await codeOf(async () => read(await named(name)))).toBe('ARCHIVE_NAME');
    const inside = await zipOf({ 'aXXb/c..csv': 'x' });
    expect(await read(replaced(inside, 'aXXb', 'a..b'))).toEqual({ 'a..b/c..csv': 'x' });
  });

  it('under a password is told', async () => {
    const content = flagged(await zipOf({ 'a.csv': 'x' }), 1);
    await expect(read(content)).rejects.toThrow('The ZIP is locked by a password.');
    expect(await codeOf(() => read(content))).toBe('ZIP_ENCRYPTED');
  });

  it('that is cut, of another kind or changed is damaged', async () => {
    const text = 'abcdefgh'.repeat(5);
    const content = await zipOf({ 'a.csv': randomBytes(4000), 'b.csv': text });
    const changed = Buffer.from(content);
    changed.writeUInt8(changed.readUInt8(2000) ^ 1, 2000);
    for (const wrong of [content.subarray(0, 3000), Buffer.from('a;b\n'), Buffer.alloc(0), changed])
      expect(await codeOf(() => read(wrong))).toBe('ZIP_DAMAGED');
  });

  it('that unpacks to too much is refused before it is unpacked', async () => {
    const zeros = await zipOf({ 'a.csv': Buffer.alloc(70 * 1024 ** 2), 'b.csv': 'x' });
    await expect(read(zeros)).rejects.toThrow(/^A member of 1 MB unpacks to 70 MB: the ZIP looks like a bomb\.$/);
    const small = await zipOf({ 'a.csv': 'x'.repeat(60), 'b.csv': 'x'.repeat(60) });
    expect(await codeOf(() => read(small, { unpackedBytes: 100 }))).toBe('ZIP_TOO_LARGE');
    expect(await codeOf(() => read(small, { members: 1 }))).toBe('ZIP_TOO_LARGE');
    expect(await codeOf(() => read(small, { packedBytes: 100 }))).toBe('SPOOL_TOO_LARGE');
    expect(Object.keys(await read(small, { unpackedBytes: 120, members: 2, packedBytes: small.length }))).toEqual([
      'a.csv',
      'b.csv',
    ]);
  });

  it('has the same bytes for the same members', async () => {
    expect((await zipOf({ a: 'x' })).equals(await zipOf({ a: 'x' }))).toBe(true);
  });

  it('is not finished where a member fails, and frees the member where nobody asks for more', async () => {
    let isFreed = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield randomBytes(65_536);
      } finally {
        isFreed = true;
      }
    }
    async function* one(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<NewMember> {
      yield { name: 'a', bytes };
    }
    for await (const _chunk of packZip(one(endless()))) break;
    expect(isFreed).toBe(true);
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('x');
      throw new Error('no more');
    }
    await expect(collect(packZip(one(failing())))).rejects.toThrow('no more');
  });
});

describe('a content on disk', () => {
  it('is in a file that its owner alone may read', async () => {
    const { file, sizeBytes, close } = await spool(inPieces(Buffer.from('abc'), 2), 10);
    const { mode, nlink, size } = await file.stat();
    expect([mode & 0o777, nlink, size, sizeBytes]).toEqual([0o600, 0, 3, 3]);
    await close();
  });

  it('tells a full disk with what to do', () => {
    expect(diskFull(Object.assign(new Error('x'), { code: 'ENOSPC' }))).toMatchObject({ code: 'SPOOL_DISK_FULL' });
    const other = new Error('x');
    expect(diskFull(other)).toBe(other);
  });
});
