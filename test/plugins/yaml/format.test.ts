import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import yaml from '../../../plugins/yaml/format.ts';
import { codeOf, decodeAll, encodeAll, formatContract } from '../../../src/connect/contract/index.ts';

const read = (text: string | Uint8Array, options: object = {}) => decodeAll(yaml.open(options), text);
const failure = async (text: string | Uint8Array, options: object = {}) =>
  read(text, options).then(
    () => undefined,
    (error: { code: string; message: string }) => `${error.code} ${error.message}`,
  );

formatContract('yaml', () => ({
  format: yaml.open({}),
  isText: false,
  broken: {
    content: '# people\n- code: 1\n- code: "2\n- code: 3\n',
    line: 3,
    code: 'YAML_ITEM_BROKEN',
    goodRecords: 2,
  },
  cut: '- code: 1\n- code: "2',
}));
formatContract('yaml with a path', () => ({ format: yaml.open({ records: 'data.items' }), isText: false }));
formatContract('yaml in documents', () => ({
  format: yaml.open({ documents: true }),
  isText: false,
  broken: {
    content: 'code: 1\n---\ncode: [2\n---\ncode: 3\n',
    line: 2,
    code: 'YAML_ITEM_BROKEN',
    goodRecords: 2,
  },
  cut: 'code: 1\n---\ncode: {a: 1',
}));

describe('the values of a yaml record', () => {
  it('keep their types, and what JSON would not read is text', async () => {
    const text = `
- {int: 7, float: 1.50, exp: 1e3, yes: true, no: False, text: "7", word: yes, none: null, tilde: ~, empty: }
- {zeros: 0007, plus: +79161234567, hex: 0x1F, octal: 0o7, point: .5, inf: .inf, nan: .NaN, date: 2026-11-24}
- {long: 9223372036854775807, list: [1, null, a], map: {a: {b: [true]}}, 1: one, true: two}
`;
    expect((await read(text)).records).toEqual([
      { int: 7, float: 1.5, exp: 1000, yes: true, no: false, text: '7', word: 'yes' },
      {
        zeros: '0007',
        plus: '+79161234567',
        hex: '0x1F',
        octal: '0o7',
        point: '.5',
        inf: '.inf',
        nan: '.NaN',
        date: '2026-11-24',
      },
      { long: '9223372036854775807', list: [1, 'a'], map: { a: { b: [true] } }, 1: 'one', true: 'two' },
    ]);
  });

  it('keep their types under the directive of an older YAML too', async () => {
    const { records } = await read('%YAML 1.1\n---\n- {date: 2026-11-24, time: 12:30:45, long: 1_000}\n');
    expect(records).toEqual([{ date: '2026-11-24', time: '12:30:45', long: '1_000' }]);
  });

  it('may be repeated by aliases, and merged', async () => {
    const text = `
- &base {city: Tula, team: &team {lead: Anna}}
- {<<: *base, city: Perm}
- {team: *team, again: *team}
- {<<: [{a: 1}, {a: 2, b: 2}], b: null, "<<": text}
- &base {x: 1}
- *base
`;
    expect((await read(text)).records).toEqual([
      { city: 'Tula', team: { lead: 'Anna' } },
      { city: 'Perm', team: { lead: 'Anna' } },
      { team: { lead: 'Anna' }, again: { lead: 'Anna' } },
      { a: 1, '<<': 'text' },
      { x: 1 },
      { x: 1 },
    ]);
  });

  it('may be called as what JavaScript knows', async () => {
    const [found] = (await read('- {constructor: 1, __proto__: {x: 1}}')).records;
    expect(Object.getPrototypeOf(found)).toBe(Object.prototype);
    expect(JSON.stringify(found)).toBe('{"constructor":1,"__proto__":{"x":1}}');
  });
});

describe('the records of yaml', () => {
  it('are the items of lists and the documents that are maps, each with its line', async () => {
    const text =
      '\uFEFF# head\n---\n- a: 1\n\n- a: 2\n--- # next\na: 3\n...\n# nothing\n---\n---\n[{a: 4}, {a: 5}]\n---\n- - a: 6\n- 7\n';
    const { records, lines, unreadable, dialect } = await read(text);
    expect(records).toEqual([{ a: 1 }, { a: 2 }, { a: 3 }, { a: 4 }, { a: 5 }]);
    expect(lines).toEqual([3, 5, 7, 12, 13]);
    expect(unreadable).toEqual([
      { line: 14, code: 'YAML_NOT_A_RECORD', message: 'The item is not a map of names and values', raw: '[{"a":6}]' },
      { line: 15, code: 'YAML_NOT_A_RECORD', message: 'The item is not a map of names and values', raw: '7' },
    ]);
    expect(dialect).toEqual({ format: 'yaml', options: { documents: true } });
  });

  it('are found by a path in each document', async () => {
    const text =
      'shared: &shared\n  city: Tula\ndata:\n  items:\n    - <<: *shared\n      a: 1\n---\ndata: {items: [{a: 2}]}\n';
    const { records, lines, dialect } = await read(text, { records: 'data.items' });
    expect(records).toEqual([{ city: 'Tula', a: 1 }, { a: 2 }]);
    expect(lines).toEqual([5, 8]);
    expect(dialect.options).toEqual({ records: 'data.items', documents: true });
    expect((await read('all: &all [{a: 1}]\nitems: *all\n', { records: 'items' })).records).toEqual([{ a: 1 }]);
    expect(await failure('a: 1\n---\nitems: {a: 1}\n', { records: 'items' })).toBe(
      'YAML_NO_LIST The document in line 1 has no list of records at items.',
    );
  });

  it('are whole in block scalars and texts of several lines', async () => {
    const text = '- a: |\n    - no item\n    --- no marker\n  b: >-\n    one\n    two\n- a: "one\n    two"\n';
    expect((await read(text)).records).toEqual([{ a: '- no item\n--- no marker\n', b: 'one two' }, { a: 'one two' }]);
  });

  it('come as they are read: neither a list nor a stream of documents is held', async () => {
    const item = `- {name: ${'x'.repeat(200)}}\n`;
    const stream = `---\nname: ${'x'.repeat(200)}\n`;
    for (const text of [item.repeat(3000), stream.repeat(3000)]) {
      let pulledBytes = 0;
      async function* bytes() {
        const all = Buffer.from(text);
        for (let start = 0; start < all.length; start += 4096) {
          pulledBytes += 4096;
          yield all.subarray(start, start + 4096);
        }
      }
      let first: number | undefined;
      let count = 0;
      for await (const { records } of yaml.open({}).decode(bytes(), []).batches) {
        first ??= pulledBytes;
        count += records.length;
        expect(records.length).toBeLessThanOrEqual(500);
      }
      expect(count).toBe(3000);
      expect(first).toBeLessThan(text.length * 0.5);
    }
  });
});

describe('yaml that is no good', () => {
  it('is told with line and column, and without what stands there', async () => {
    expect(await failure('people:\n  - name: "Иванов\n')).toBe(
      'YAML_BROKEN The document is not YAML: reading stopped in line 2, column 18 (missing char).',
    );
    expect(await failure('[{a: 1}, {a: 2]\n---\na: 1\n')).toMatch(/^YAML_BROKEN/);
    expect(await failure(Buffer.from('- a: 1\n- a: \xff\n', 'latin1'))).toBe(
      'YAML_BROKEN The document is not YAML: line 2 is not UTF-8.',
    );
    expect(await failure('items:\n- {a: 1\n', { records: 'items' })).toMatch(/^YAML_BROKEN/);
  });

  it('is cut short where its last line has no end and what stands there is not whole', async () => {
    const { records, cut } = await read('- a: 1\n- a: 2\n- a: [3');
    expect({ records, cut }).toEqual({
      records: [{ a: 1 }, { a: 2 }],
      cut: 'the file ends in the middle of a document',
    });
    expect((await read('- a: 1\n- a: 2')).cut).toBeUndefined();
    expect((await read('{items: [{a: 1}, ', { records: 'items' })).cut).toBeDefined();
  });

  it('repeats by aliases more than the limit', async () => {
    const bomb = [
      'a: &a [x, x, x, x, x, x, x, x, x, x]',
      ...'bcdefghi'.split('').map((name, at) => `${name}: &${name} [${`*${'abcdefgh'[at]}, `.repeat(10)}]`),
    ].join('\n');
    expect(await failure(bomb)).toMatch(/^YAML_TOO_LARGE What must be read at once has more than 2097152 characters/);
    const text = `- &big ${'x'.repeat(500)}\n${'- {a: *big}\n'.repeat(3)}`;
    expect(await failure(text, { limit: 1600 })).toBeUndefined();
    expect(await failure(text, { limit: 1500 })).toMatch(/^YAML_TOO_LARGE/);
    const held = Array.from({ length: 5 }, (_, n) => `- &a${n} ${'x'.repeat(70_000)}\n`).join('');
    expect(await failure(held, { limit: 400_000 })).toBeUndefined();
    expect(await failure(held, { limit: 300_000 })).toMatch(/^YAML_TOO_LARGE/);
    const merges = `- &m {a: ${'x'.repeat(400)}}\n${'- {<<: *m}\n'.repeat(4)}`;
    expect(await failure(merges, { limit: 1000 })).toMatch(/^YAML_TOO_LARGE/);
  });

  it('has more to be read at once than the limit', async () => {
    expect(await failure(`a: ${'x'.repeat(100)}`, { limit: 50 })).toMatch(/^YAML_TOO_LARGE .* in line 1,/);
    expect(await failure(`- a: 1\n- a: ${'x'.repeat(100)}`, { limit: 50 })).toMatch(/^YAML_TOO_LARGE .* in line 2,/);
    expect(await failure('- a: 1\n'.repeat(1000), { limit: 50 })).toBeUndefined();
    expect(await failure('a: 1\n---\n'.repeat(1000), { limit: 50 })).toBeUndefined();
    expect(await failure('#\n'.repeat(100), { limit: 50 })).toMatch(/^YAML_TOO_LARGE/);
  });

  it.each([
    ['- !!binary aGk=', 'a tag that is no type of JSON'],
    ['- {a: !person {b: 1}}', 'a tag that is no type of JSON'],
    ['- {a: 1, b: 2, a: 3}', 'a key that its map has already'],
    ['- {a: , a: 3}', 'a key that its map has already'],
    ['- {[a]: 3}', 'a key that is no text'],
    ['- &a {b: [*a]}', 'a value that holds itself'],
    ['- {b: *nobody}', 'an alias of what is not there'],
    ['- {<<: 1}', 'a merge of what is no map'],
    [`- ${'['.repeat(150)}${']'.repeat(150)}`, 'values that stand in one another more than 100 deep'],
  ])('has what records can not have: %s', async (text, what) => {
    expect(await failure(`- a: 1\n${text}\n`)).toBe(`YAML_REFUSED In line 2 stands ${what}.`);
  });

  it('is so deep that no parser reads it', async () => {
    expect(await failure(`a: ${'['.repeat(100_000)}\n`)).toMatch(/^YAML_/);
  });

  it('does not carry anchors over to the next document', async () => {
    expect(await failure('- &a 1\n---\n- {b: *a}\n')).toMatch(/^YAML_REFUSED .*an alias of what is not there/);
  });
});

describe('written yaml', () => {
  const write = async (records: object[], options: object = {}) =>
    (await encodeAll(yaml.open(options), [records as Record<string, unknown>[]])).toString();

  it('is a list, a list below a path, or documents', async () => {
    const records = [{ a: 'x', b: [1, { c: true }], none: undefined }, { a: 'two\nlines' }];
    expect(await write(records)).toBe('- a: x\n  b:\n    - 1\n    - c: true\n- a: |-\n    two\n    lines\n');
    expect(await write(records, { records: 'data.the: items' })).toBe(
      'data:\n  "the: items":\n    - a: x\n      b:\n        - 1\n        - c: true\n    - a: |-\n        two\n        lines\n',
    );
    expect(await write(records, { documents: true })).toBe(
      '---\na: x\nb:\n  - 1\n  - c: true\n---\na: |-\n  two\n  lines\n',
    );
    expect(await write([])).toBe('[]\n');
    expect(await write([], { records: 'data.items' })).toBe('data:\n  items: []\n');
    expect(() => yaml.open({ documents: true, records: 'items' })).toThrow('`documents` writes each record');
  });

  it('quotes what another YAML would take for no text', async () => {
    const record = { a: 'yes', b: '0007', c: '2026-11-24', d: '12:30:45', e: 'null', f: '+7', g: '1_000', h: '~' };
    const text = await write([record]);
    expect(parse(text, { version: '1.1' })).toEqual([record]);
    expect((await read(text)).records).toEqual([record]);
  });

  it('gives back any text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), async (name, value) => {
        const records = [{ [`k${name}`]: value, list: [value, { value }] }, { value }];
        for (const options of [{}, { documents: true }, { records: 'a.b' }]) {
          const format = yaml.open(options);
          expect((await decodeAll(format, await encodeAll(format, [records]))).records).toEqual(records);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('may be told options that contradict each other', async () => {
    expect(await codeOf(async () => yaml.open({ documents: true, records: 'items' }))).toBe('YAML_OPTIONS');
  });
});
