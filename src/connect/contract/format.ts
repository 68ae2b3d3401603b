import { describe, expect, it } from 'vitest';
import type { OpenFormat } from '../sdk/declare.ts';
import type { Fields, Unreadable } from '../../model/record.ts';
import { collect, inPieces } from './byte-streams.ts';

/** What a format's author brings: the format with options, and how its faults look. */
export interface FormatSubject {
  format: OpenFormat;
  /** Cells of this format are text only. */
  isText: boolean;
  /** Where the format can't hold the suite's own: records of `code`, `name` and `note` that it can. */
  records?: Fields[];
  /** Its options say which columns a file has, so that fewer can't be asked for. */
  hasOwnColumns?: boolean;
  /** Content with good rows around one that can't be decoded, and the line of that row. */
  broken?: { content: Uint8Array | string; line: number; code: string; goodRecords: number };
  /** Content that ends in the middle. */
  cut?: Uint8Array | string;
}

/** Everything that a content gives. */
export async function decodeAll(format: OpenFormat, content: Uint8Array | string, pieceBytes = 65_536) {
  const decoding = format.decode(inPieces(content, pieceBytes), []);
  const records: Fields[] = [];
  const lines: number[] = [];
  const unreadable: Unreadable[] = [];
  const sizes: number[] = [];
  let columns: string[] | undefined;
  for await (const batch of decoding.batches) {
    records.push(...batch.records);
    lines.push(...batch.lines);
    unreadable.push(...batch.unreadable);
    sizes.push(batch.records.length);
    columns ??= batch.columns;
  }
  return { records, lines, unreadable, sizes, columns, ...decoding.end() };
}

/** The bytes of batches of records. */
export const encodeAll = (format: OpenFormat, batches: Fields[][], columns?: readonly string[]): Promise<Buffer> =>
  collect(format.encode(each(batches), columns));

async function* each<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}

/** What every format keeps to. */
export function formatContract(name: string, make: () => FormatSubject): void {
  describe(`${name} as a format`, () => {
    const usual: Fields[] = [
      { code: '0007', name: 'Иванова; "Анна"', note: 'two\r\nlines' },
      { code: '12345678901234567890', name: "O'Neil, Joe", note: '' },
      { code: ' ', name: ' spaces ', note: '=1+1' },
    ];

    it('gives back the records that it wrote', async () => {
      const { format, records: people = usual } = make();
      const { records, unreadable } = await decodeAll(format, await encodeAll(format, [people]));
      expect(records).toEqual(people);
      expect(unreadable).toEqual([]);
    });

    it('reads the same wherever the chunks end', async () => {
      const { format, broken, records: people = usual } = make();
      const content = await encodeAll(format, [people]);
      const whole = await decodeAll(format, content);
      for (const pieceBytes of [1, 2, 3, 7]) {
        const { records, lines } = await decodeAll(format, content, pieceBytes);
        expect({ records, lines }).toEqual({ records: whole.records, lines: whole.lines });
      }
      if (!broken) return;
      const { records, lines, unreadable } = await decodeAll(format, broken.content, 1);
      const again = await decodeAll(format, broken.content);
      expect({ records, lines, unreadable }).toEqual({
        records: again.records,
        lines: again.lines,
        unreadable: again.unreadable,
      });
    });

    it('gives batches of a bounded size, and every record a line', async () => {
      const { format } = make();
      const many = Array.from({ length: 3210 }, (_, index) => ({ code: String(index), name: 'x', note: '' }));
      const content = await encodeAll(format, [many.slice(0, 1000), many.slice(1000)]);
      const { records, lines, sizes } = await decodeAll(format, content);
      expect(records).toEqual(many);
      expect(lines).toHaveLength(many.length);
      expect(lines.every((line, index) => index === 0 || line > lines[index - 1]!)).toBe(true);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(3000);
    });

    it('makes something readable of no records at all', async () => {
      const { format } = make();
      const { records, unreadable, cut } = await decodeAll(format, await encodeAll(format, [], ['code', 'name']));
      expect({ records, unreadable, cut }).toEqual({ records: [], unreadable: [], cut: undefined });
    });

    it('writes the columns that are asked for', async () => {
      const { format, hasOwnColumns, records: people = usual } = make();
      if (hasOwnColumns) return;
      const { records } = await decodeAll(format, await encodeAll(format, [people], ['name', 'code']));
      expect(records).toEqual(people.map(({ name: of, code }) => ({ name: of, code })));
    });

    it('names itself and its options, so that a report can be written alike', async () => {
      const { format, records: people = usual } = make();
      const { dialect } = await decodeAll(format, await encodeAll(format, [people]));
      expect(dialect.format).toBe(format.name);
    });

    it('does not lose the rest over one broken row, and names its line', async () => {
      const { format, broken } = make();
      if (!broken) return;
      const { records, unreadable } = await decodeAll(format, broken.content);
      expect(unreadable.map(({ line, code }) => ({ line, code }))).toEqual([{ line: broken.line, code: broken.code }]);
      expect(records).toHaveLength(broken.goodRecords);
    });

    it('says when the content is cut', async () => {
      const { format, cut } = make();
      if (cut !== undefined) expect((await decodeAll(format, cut)).cut).toBeTruthy();
    });

    it('stops its reading when nobody asks for more', async () => {
      const { format } = make();
      let isFreed = false;
      const content = await encodeAll(format, [
        Array.from({ length: 5000 }, (_, n) => ({ code: String(n), name: 'y' })),
      ]);
      async function* source() {
        try {
          yield* inPieces(content, 4096);
        } finally {
          isFreed = true;
        }
      }
      for await (const _batch of format.decode(source(), []).batches) break;
      expect(isFreed).toBe(true);
    });
  });
}
