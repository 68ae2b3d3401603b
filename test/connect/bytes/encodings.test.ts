import fc from 'fast-check';
import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import { charset, type CharsetName } from '../../../src/connect/bytes/charsets.ts';
import { textWriting, type Encoding } from '../../../src/connect/bytes/encoding-field.ts';
import { nearestText } from '../../../src/connect/bytes/nearest-text.ts';
import { openText } from '../../../src/connect/bytes/open-text.ts';
import { textLines } from '../../../src/connect/bytes/text-lines.ts';
import { codeOf, inPieces } from '../../../src/connect/contract/index.ts';
import { generatePeople, toCsv } from '../../../src/sandbox/people/index.ts';

async function read(content: Uint8Array, encoding: Encoding, end?: string, pieceBytes = 65_536) {
  const text = openText(inPieces(content, pieceBytes), encoding);
  const lines: string[] = [];
  const broken: number[] = [];
  let endsOpen = false;
  for await (const block of textLines(text.bytes, text.charset, end)) {
    broken.push(...[...(block.broken ?? [])].map((index) => lines.length + index));
    lines.push(...block.lines);
    endsOpen = block.endsOpen;
  }
  return { lines, broken, endsOpen, ...text.found() };
}

const named = ['utf-8', 'windows-1251', 'cp866', 'koi8-r', 'utf-16le', 'utf-16be'] as const;
const letters = fc.string({ unit: fc.constantFrom('a', 'Ж', 'ё', '\n', '\r', ';', '|', '?', 'Ċ', '\u0A00') });

describe('encodings', () => {
  it('give back every text that they have, wherever chunks end, or name the first character they lack', async () => {
    await fc.assert(
      fc.asyncProperty(
        letters,
        fc.constantFrom(...named),
        fc.integer({ min: 1, max: 9 }),
        async (text, name, piece) => {
          const { encode, firstUnmappable } = charset(name);
          const lacking = firstUnmappable(text);
          expect(lacking === undefined).toBe(name.startsWith('utf-') || !/[Ċ\u0A00]/.test(text));
          if (lacking !== undefined) {
            expect(/[Ċ\u0A00]/.exec(text)![0]).toBe(lacking);
            return;
          }
          const { lines, endsOpen, broken } = await read(encode(text), name, '\n', piece);
          expect(lines.join('\n') + (endsOpen || text === '' ? '' : '\n')).toBe(text);
          expect(broken).toEqual([]);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('are those of other programs', () => {
    const text = 'Ёлка, Щука — «№ 5»\r\n';
    expect(Buffer.from(charset('windows-1251').encode(text))).toEqual(iconv.encode(text, 'win1251'));
    expect(Buffer.from(charset('cp866').encode('Ёлка № 5'))).toEqual(
      Buffer.of(0xf0, 0xab, 0xaa, 0xa0, 0x20, 0xfc, 0x20, 0x35),
    );
    expect(Buffer.from(charset('koi8-r').encode('Ёлка'))).toEqual(Buffer.of(0xb3, 0xcc, 0xcb, 0xc1));
    expect(Buffer.from(charset('utf-16be').encode('Ж'))).toEqual(Buffer.of(0x04, 0x16));
    expect(charset('koi8-r').firstUnmappable('дом № 5')).toBe('№');
    expect(charset('cp866').firstUnmappable('«Маяк»')).toBe('«');
    expect(charset('windows-1251').firstUnmappable('a\uFFFD')).toBe('\uFFFD');
    expect(charset('utf-16le').firstUnmappable('a\uDC00')).toBe('\uDC00');
  });

  it('know a mark, take it off, and refuse that of another', async () => {
    for (const name of ['utf-8', 'utf-16le', 'utf-16be'] as const) {
      const content = charset(name).encode('\uFEFFЖук\nx');
      for (const encoding of [name, 'auto', ...(name === 'utf-8' ? [] : ['utf-16' as const])] as const) {
        const found = await read(content, encoding, '\n', 1);
        expect([found.lines, found.encoding, found.bom]).toEqual([['Жук', 'x'], name, true]);
      }
      for (const other of ['windows-1251', 'koi8-r', name === 'utf-16le' ? 'utf-16be' : 'utf-16le'] as const)
        expect(await codeOf(() => read(content, other))).toBe('ENCODING_WRONG');
    }
    expect(await codeOf(() => read(charset('utf-8').encode('\uFEFFЖ'), 'utf-16'))).toBe('ENCODING_WRONG');
    expect((await read(charset('utf-16le').encode('Ж'), 'utf-16')).encoding).toBe('utf-16le');
  });

  it('tell lines with bytes that are none of theirs: half a pair, half a unit', async () => {
    const le = charset('utf-16le').encode;
    const content = Buffer.concat([le('a\nЖ'), Buffer.of(0x00, 0xd8), le('\nb\nc'), Buffer.of(0x41)]);
    for (const piece of [1, 3, 1000]) {
      const { lines, broken } = await read(content, 'utf-16le', '\n', piece);
      expect([lines.length, broken]).toEqual([4, [1, 3]]);
    }
    expect((await read(Buffer.of(0x61, 0x0a, 0x98, 0x0a), 'windows-1251')).broken).toEqual([1]);
  });

  it('take the sign that DOS writes at the end of a text for no text, and anywhere else for one', async () => {
    const content = Buffer.of(0x61, 0x1a, 0x0a, 0x62, 0x0a, 0x1a);
    for (const piece of [1, 2, 1000]) {
      const { lines, endsOpen } = await read(content, 'cp866', '\n', piece);
      expect([lines, endsOpen]).toEqual([['a\u001a', 'b'], false]);
    }
    expect((await read(content, 'utf-8')).lines).toEqual(['a\u001a', 'b', '\u001a']);
  });
});

describe('what ends a line', () => {
  it('may be any text, counted from the left, wherever chunks end', async () => {
    const ends = fc.constantFrom('|', '||', '|\n', 'ЖЖ', '|;|');
    await fc.assert(
      fc.asyncProperty(
        letters,
        ends,
        fc.constantFrom(...named),
        fc.integer({ min: 1, max: 9 }),
        async (text, end, name, piece) => {
          const { encode, firstUnmappable } = charset(name);
          if (firstUnmappable(text) !== undefined) return;
          const { lines, endsOpen } = await read(encode(text), name, end, piece);
          const expected = text.split(end);
          expect(lines).toEqual(endsOpen ? expected : expected.slice(0, -1));
          expect(endsOpen).toBe(expected.at(-1) !== '');
        },
      ),
      { numRuns: 400 },
    );
  });
});

describe('encoding: auto', () => {
  const people = iconv.decode(toCsv(generatePeople({ count: 300, seed: 4 })).csv, 'win1251');

  it('finds out the encoding of a list of people, in capitals and small letters', async () => {
    for (const text of [people, people.toUpperCase(), people.toLowerCase(), people.slice(0, 300)])
      for (const name of ['utf-8', 'windows-1251', 'cp866', 'koi8-r'] as const) {
        const found = await read(iconv.encode(text, name), 'auto', '\n', 5000);
        expect(found.encoding).toBe(name);
        expect(found.lines.join('\n')).toBe(text.replace(/\n$/, ''));
        expect(found.notes).toEqual([
          `the encoding is ${name}, as its letters say; \`encoding: ${name}\` makes it certain`,
        ]);
      }
  });

  it('never takes one for another: it is right, or not sure', async () => {
    const lines = people.split('\r\n').slice(1);
    const words = fc.array(fc.constantFrom(...lines.flatMap((line) => line.split(';'))), {
      minLength: 1,
      maxLength: 8,
    });
    const spellings = fc.constantFrom(
      (text: string) => text,
      (text: string) => text.toUpperCase(),
      (text: string) => text.toLowerCase(),
    );
    const names = fc.constantFrom<CharsetName>('windows-1251', 'cp866', 'koi8-r');
    await fc.assert(
      fc.asyncProperty(words, spellings, names, async (some, spelled, name) => {
        const text = spelled(some.join(';'));
        if (/^[ -~]*$/.test(text)) return;
        const found = await read(iconv.encode(text, name), 'auto').catch((error: unknown) => error as { code: string });
        expect('code' in found ? found.code : found.encoding).toBe('code' in found ? 'ENCODING_UNSURE' : name);
      }),
      { numRuns: 2000 },
    );
  });

  it('judges late: by the first letters beyond ASCII, however far down they stand', async () => {
    const text = `${'x;y;z\n'.repeat(100_000)}${people}`;
    const found = await read(iconv.encode(text, 'koi8-r'), 'auto');
    expect([found.encoding, found.lines.length]).toEqual(['koi8-r', text.split('\n').length - 1]);
    const sparse = Array.from({ length: 200_000 }, (_, index) => (index % 10_000 ? 'x;y;z' : 'Иван')).join('\n');
    expect((await read(iconv.encode(sparse, 'cp866'), 'auto')).encoding).toBe('cp866');
  });

  it('says that ASCII alone needs no encoding, and that of an empty text too', async () => {
    for (const text of ['', 'a;b\n1;2\n']) {
      const { encoding, notes } = await read(Buffer.from(text), 'auto');
      expect([encoding, notes]).toEqual(['utf-8', ['the text is ASCII alone, which reads the same in every encoding']]);
    }
  });

  it('does not guess: too few letters, another language, another encoding, bytes of no text', async () => {
    const messages: string[] = [];
    for (const content of [
      iconv.encode('Иванов;x\n', 'win1251'),
      iconv.encode('семёнов;000177\n', 'cp866'),
      iconv.encode('łódź ząb kościół Święty Wałęsa Łukasz Żółć\n', 'win1250'),
      iconv.encode('Фамилия;Имя\nИванов;Пётр\nСмирнова;Мария\n', 'maccyrillic'),
      Buffer.concat([Buffer.from('Фамилия Имя Отчество Иванов Пётр Мария Смирнова'), Buffer.of(0xff)]),
      Buffer.from('Фамилия\n', 'utf16le'),
      Buffer.from(Array.from({ length: 3000 }, (_, index) => 128 + ((index * 7919 + index * index * 31) % 128))),
    ]) {
      const error = (await read(content, 'auto').catch((found: unknown) => found)) as Error & { code: string };
      expect(error.code).toBe('ENCODING_UNSURE');
      messages.push(error.message);
    }
    expect(messages[0]).toBe(
      'The encoding of the file is not certain: it is no UTF-8, and 6 letters beyond ASCII are too few to judge by.',
    );
    expect(messages[1]).toMatch('it may be UTF-8');
    expect(messages[5]).toMatch('it has zero bytes and no byte order mark');
  });
});

describe('writing', () => {
  it('puts a mark where it is wanted, and before UTF-16 that is to be told by it', () => {
    expect(Buffer.from(textWriting('utf-16').mark)).toEqual(Buffer.of(0xff, 0xfe));
    expect(Buffer.from(textWriting('utf-16be', true).mark)).toEqual(Buffer.of(0xfe, 0xff));
    expect(textWriting('utf-16', false).mark).toHaveLength(0);
    expect(textWriting('utf-8').mark).toHaveLength(0);
  });

  it('has no `auto`, and no mark of an encoding without one', async () => {
    expect(await codeOf(async () => textWriting('auto'))).toBe('ENCODING_AUTO');
    for (const name of ['windows-1251', 'cp866', 'koi8-r'] as const)
      expect(await codeOf(async () => textWriting(name, true))).toBe('ENCODING_MARK');
  });

  it('of texts for people replaces what the encoding lacks by its nearest', () => {
    expect(nearestText('«Маяк» — № 5…', 'koi8-r')).toBe('"Маяк" - N 5...');
    expect(nearestText('«Маяк» — № 5…', 'cp866')).toBe('"Маяк" - № 5...');
    expect(nearestText('«Маяк» \uFFFD Zoë', 'windows-1251')).toBe('«Маяк» ? Zo?');
    for (const name of ['utf-8', 'utf-16', undefined]) expect(nearestText('«Маяк» ë', name)).toBe('«Маяк» ë');
  });
});
