import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { charset } from '../../../src/connect/bytes/charsets.ts';
import { unwrapGzip, wrapGzip } from '../../../src/connect/bytes/gzip.ts';
import { textLines } from '../../../src/connect/bytes/text-lines.ts';
import { codeOf, collect, inPieces } from '../../../src/connect/contract/index.ts';

const unwrap = (content: Uint8Array, name = 'a.csv', limitBytes?: number) =>
  unwrapGzip(inPieces(content, 1000), name, limitBytes);

describe('gzip around a file', () => {
  const text = Buffer.from(Array.from({ length: 20_000 }, (_, index) => `${index};${Math.sin(index)}\n`).join(''));

  it('is known by its first bytes, and other bytes pass', async () => {
    expect((await collect(unwrap(gzipSync(text)).bytes)).equals(text)).toBe(true);
    expect((await collect(unwrapGzip(inPieces(gzipSync('a few bytes'), 1), 'a').bytes)).toString()).toBe('a few bytes');
    expect((await collect(unwrap(text).bytes)).equals(text)).toBe(true);
    for (const short of [Buffer.of(), Buffer.of(0x1f)])
      expect((await collect(unwrap(short).bytes)).equals(short)).toBe(true);
  });

  it('may be several, one behind the other', async () => {
    expect((await collect(unwrap(Buffer.concat([gzipSync('a'), gzipSync('b')])).bytes)).toString()).toBe('ab');
  });

  it('gives what is whole of half a gzip, and says that it is cut', async () => {
    const packed = gzipSync(text);
    for (const kept of [packed.length - 1, packed.length - 9, Math.floor(packed.length / 2), 11]) {
      const unwrapped = unwrap(packed.subarray(0, kept));
      const bytes = await collect(unwrapped.bytes);
      expect(bytes.equals(text.subarray(0, bytes.length))).toBe(true);
      expect(unwrapped.cut()).toMatch(/half a gzip/);
      // Deflate holds back less than one of its blocks.
      if (kept > packed.length / 3) expect(bytes.length).toBeGreaterThan(text.length / 4);
    }
  });

  it('fails where it is damaged, or only the name promises it', async () => {
    const packed = gzipSync(text);
    packed[packed.length - 6]! ^= 0xff;
    expect(await codeOf(() => collect(unwrap(packed).bytes))).toBe('GZIP_DAMAGED');
    expect(await codeOf(() => collect(unwrap(text, 'a.csv.gz').bytes))).toBe('GZIP_DAMAGED');
  });

  it('stops a bomb at the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(8_000_000));
    expect(await codeOf(() => collect(unwrap(bomb, 'a', 1_000_000).bytes))).toBe('GZIP_TOO_LARGE');
  });

  it('is written so that it can be read', async () => {
    expect((await collect(unwrapGzip(wrapGzip(inPieces(text, 777)), 'a.gz').bytes)).equals(text)).toBe(true);
  });

  it('frees its source when the reader stops early', async () => {
    let isFreed = false;
    async function* source() {
      try {
        yield* inPieces(gzipSync(text), 500);
      } finally {
        isFreed = true;
      }
    }
    for await (const _chunk of unwrapGzip(source(), 'a').bytes) break;
    expect(isFreed).toBe(true);
  });
});

describe('charsets', () => {
  it('decode and encode without loss, or say that they can not', () => {
    const cyrillic = charset('windows-1251');
    expect(cyrillic.decode(cyrillic.encode('Ёж №5 — «да»'))).toBe('Ёж №5 — «да»');
    expect(cyrillic.decode(Uint8Array.of(0x98))).toBeUndefined();
    expect(cyrillic.firstUnmappable('Анна')).toBeUndefined();
    expect(cyrillic.firstUnmappable('Анна 😀ë')).toBe('😀');
    expect(cyrillic.firstUnmappable('really?')).toBeUndefined();
    const utf8 = charset('utf-8');
    expect(utf8.decode(Uint8Array.of(0xc8))).toBeUndefined();
    expect(utf8.decodeLossy(Uint8Array.of(0xc8))).toBe('\uFFFD');
    expect(utf8.firstUnmappable('😀')).toBeUndefined();
    expect(utf8.firstUnmappable('\uDC00')).toBe('\uDC00');
  });
});

describe('lines of text', () => {
  it('are the same wherever the chunks end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom('a', '\n', '\r', 'ж') }),
        fc.integer({ min: 1, max: 9 }),
        async (text, pieceBytes) => {
          const lines: string[] = [];
          let endsOpen = false;
          for await (const block of textLines(inPieces(text, pieceBytes), charset('utf-8'))) {
            lines.push(...block.lines);
            endsOpen = block.endsOpen;
          }
          expect(lines.join('\n') + (endsOpen || text === '' ? '' : '\n')).toBe(text);
        },
      ),
    );
  });
});
