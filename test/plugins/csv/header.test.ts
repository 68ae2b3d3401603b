import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import csv from '../../../plugins/csv/format.ts';
import { codeOf, decodeAll, encodeAll } from '../../../src/connect/contract/index.ts';

const open = (options: object = {}) => csv.open({ delimiter: ';', ...options });
const read = (text: string, options: object = {}) => decodeAll(open(options), text, 7);

describe('a header of several rows', () => {
  it('joins names from above; a merged cell belongs to the columns below it', async () => {
    const text = [
      'Таб. №;ФИО;;;Работа;;Почта',
      ';Фамилия;Имя;Отчество;Отдел;Должность;',
      '007;Иванова;Анна;Петровна;Склад;Кладовщик;a@b.example',
    ].join('\r\n');
    const { records, lines, columns } = await read(text, { header: 2 });
    expect(columns).toEqual([
      'Таб. №',
      'ФИО / Фамилия',
      'ФИО / Имя',
      'ФИО / Отчество',
      'Работа / Отдел',
      'Работа / Должность',
      'Почта',
    ]);
    expect(records[0]).toMatchObject({ 'Таб. №': '007', 'ФИО / Имя': 'Анна', Почта: 'a@b.example' });
    expect(lines).toEqual([3]);
    expect((await read(text, { header: 2, headerJoin: '.' })).columns).toContain('ФИО.Имя');
  });

  it('does not let a cell reach under its neighbour above, nor out of a column that ends with it', async () => {
    const three = await read('A;;B;\nx;;;y\n1;2;3;4\n-;-;-;-\n', { header: 3 });
    expect(three.columns).toEqual(['A / x / 1', 'A / x / 2', 'B / 3', 'B / y / 4']);
    const tall = await read('Таб. №;;\n;Фамилия;Имя\n1;A;B\n', { header: 2 });
    expect(tall.columns).toEqual(['Таб. №', 'Фамилия', 'Имя']);
  });

  it('takes a text that stands twice in a column, one below the other, once', async () => {
    const { columns } = await read('Код;Адрес;Адрес\nКод;Город;Улица\n1;A;B\n', { header: 2 });
    expect(columns).toEqual(['Код', 'Адрес / Город', 'Адрес / Улица']);
  });

  it('passes over columns without any name, and rows shorter than the others are no fault', async () => {
    const { columns, records } = await read('A;\nx;y;\n1;2;3\n', { header: 2 });
    expect([columns, records]).toEqual([['A / x', 'A / y'], [{ 'A / x': '1', 'A / y': '2' }]]);
  });

  it('counts a blank row among its own, and cells of several lines as one row', async () => {
    const { columns, lines } = await read('\n"A\nB";C\n\nx;y\n1;2\n', { header: 3 });
    expect([columns, lines]).toEqual([['A B / x', 'C / y'], [5]]);
  });

  it('is refused where it names a column twice or can not be read, and a file may end before it', async () => {
    expect(await codeOf(() => read('A;A\nx;x\n1;2\n', { header: 2 }))).toBe('CSV_HEADER');
    expect(await codeOf(() => read('A;B\n"x;y\n1;2\n', { header: 2 }))).toBe('CSV_HEADER');
    const short = await read('A;B\n', { header: 2 });
    expect([short.records, short.columns, short.cut]).toEqual([[], undefined, undefined]);
  });

  it('is told in the dialect as it was asked for', async () => {
    expect((await read('A;B\nx;y\n1;2\n', { header: 2, skip: 1 })).dialect.options).not.toHaveProperty('skip');
    expect((await read('A;B\nx;y\n1;2\n', { header: 2 })).dialect.options).toMatchObject({ header: 2 });
    expect((await read('1;2\n', { header: false })).dialect.options).toMatchObject({ header: false });
  });

  it('is written so that it is read again', async () => {
    const bytes = await encodeAll(open({ header: 2 }), [[{ 'A / x': '1', 'A / y': '2', B: '3' }]]);
    expect(bytes.toString()).toBe('A;A;B\r\nx;y;\r\n1;2;3\r\n');
    const part = fc.constantFrom('A', 'B', 'x', 'y y', 'A / B', ' / ', 'a/b');
    const names = fc.uniqueArray(
      fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(' / ').replace(/ +/g, ' ').trim()),
      { minLength: 2, maxLength: 6 },
    );
    await fc.assert(
      fc.asyncProperty(names, fc.integer({ min: 1, max: 4 }), async (columns, header) => {
        const records = [Object.fromEntries(columns.map((name, index) => [name, String(index)]))];
        const result = await decodeAll(open({ header }), await encodeAll(open({ header }), [records]));
        expect(result.records).toEqual(records);
        expect(result.lines).toEqual([header + 1]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('rows above the header', () => {
  const text = 'Список сотрудников\nна 24.11.2026;"ООО ""Маяк"""\n\nКод;Имя\n1;Анна\n';

  it('are passed over as many as `skip` says, blank ones counted, and count as rows', async () => {
    const { records, lines, columns } = await read(text, { skip: 3 });
    expect([records, lines, columns]).toEqual([[{ Код: '1', Имя: 'Анна' }], [5], ['Код', 'Имя']]);
    expect((await read(text, { skip: 2 })).columns).toEqual(['Код', 'Имя']);
    expect((await read(text, { skip: 4, header: ['a', 'b'] })).records).toEqual([{ a: '1', b: 'Анна' }]);
  });

  it('may be anything: a quote that is not closed, bytes of another encoding', async () => {
    const dirty = Buffer.concat([Buffer.from('"Отчёт\n'), Buffer.of(0xc8, 0xe2, 0x0a), Buffer.from('Код;Имя\n1;А\n')]);
    const { records, unreadable } = await decodeAll(open({ skip: 2 }), dirty);
    expect([records, unreadable]).toEqual([[{ Код: '1', Имя: 'А' }], []]);
  });

  it('are not written', async () => {
    expect((await encodeAll(open({ skip: 3 }), [[{ a: '1' }]])).toString()).toBe('a\r\n1\r\n');
  });
});
