import fc from 'fast-check';
import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import xml from '../../../plugins/xml/format.ts';
import { codeOf, decodeAll, encodeAll, formatContract } from '../../../src/connect/contract/index.ts';

const people = { records: '/people/person' };
const read = (text: string | Uint8Array, options: object = people) => decodeAll(xml.open(options), text);
const person = async (inside: string, options: object = people) =>
  (await read(`<people><person>${inside}</person></people>`, options)).records[0];
const failure = async (text: string | Uint8Array, options: object = people) =>
  read(text, options).then(
    () => undefined,
    (error: { code: string; message: string }) => `${error.code} ${error.message}`,
  );

formatContract('xml', () => ({
  format: xml.open({ records: '/catalog/item' }),
  isText: true,
  cut: '<catalog><item><code>1</code></item><item><co',
}));
formatContract('xml in UTF-16, deeper', () => ({
  format: xml.open({ records: '/a/б/item', encoding: 'utf-16' }),
  isText: true,
  cut: iconv.encode('<a><б><item/>', 'utf-16'),
}));

describe('the values of an xml record', () => {
  it('are text, with attributes, text beside them, children and lists', async () => {
    expect(
      await person('<name lang="ru">Анна</name><phone>1</phone><phone>2</phone><post><code>7</code></post><empty/>'),
    ).toEqual({
      name: { '@lang': 'ru', '#text': 'Анна' },
      phone: ['1', '2'],
      post: { code: '7' },
      empty: '',
    });
    const { records } = await read('<people><person id="1"/><person>Anna</person><person/></people>');
    expect(records).toEqual([{ '@id': '1' }, { '#text': 'Anna' }, {}]);
  });

  it('keep their blanks, and layout is none', async () => {
    expect(await person('\n  <a> x </a>\n  <b>\n  </b><c> </c><d>\n  one <e/> two\n  </d>\n')).toEqual({
      a: ' x ',
      b: '',
      c: ' ',
      d: { e: '', '#text': 'one  two' },
    });
    expect(await person('<a id="1">\n</a><b id="1"> x </b>')).toEqual({
      a: { '@id': '1' },
      b: { '@id': '1', '#text': ' x ' },
    });
  });

  it('are joined over CDATA, comments, instructions and references', async () => {
    expect(await person('<a>1 &lt;<![CDATA[2 <b>&]]><!-- no --> 3<?no no?>&#x41;&#1041;&amp;</a>')).toEqual({
      a: '1 <2 <b>& 3AБ&',
    });
  });

  it('are lists where `lists` says so, even alone', async () => {
    const options = { ...people, lists: ['phone', 'posts/post'] };
    expect(await person('<phone>1</phone><posts><post>a</post></posts><post>b</post>', options)).toEqual({
      phone: ['1'],
      posts: { post: ['a'] },
      post: 'b',
    });
  });

  it('are absent where xsi:nil says so, and xsi attributes are no data', async () => {
    const xsi = 'xmlns:i="http://www.w3.org/2001/XMLSchema-instance"';
    expect(
      await person(`<a ${xsi} i:nil="true"/><b ${xsi} i:type="string">x</b><c ${xsi} i:nil="false">y</c>`),
    ).toEqual({ b: 'x', c: 'y' });
    const namespaces = { xsi: 'http://www.w3.org/2001/XMLSchema-instance' };
    expect(await person(`<b ${xsi} i:type="string">x</b>`, { ...people, namespaces })).toEqual({
      b: { '@xsi:type': 'string', '#text': 'x' },
    });
  });

  it('may be called as what JavaScript knows', async () => {
    const found = await person('<constructor>1</constructor><__proto__><x>1</x></__proto__><__proto__>2</__proto__>');
    expect(Object.keys(found!)).toEqual(['constructor', '__proto__']);
    expect(Object.getPrototypeOf(found)).toBe(Object.prototype);
    expect(JSON.stringify(found)).toBe('{"constructor":"1","__proto__":[{"x":"1"},"2"]}');
  });
});

describe('names with namespaces', () => {
  const document =
    '<q:people xmlns:q="urn:p" xmlns="urn:other"><q:person q:id="1" xml:lang="ru"><q:name>A</q:name><age>7</age></q:person></q:people>';

  it('are local names by default', async () => {
    expect((await read(document)).records).toEqual([{ '@id': '1', '@xml:lang': 'ru', name: 'A', age: '7' }]);
  });

  it('have the prefix of `namespaces`, whatever the prefix in the document is', async () => {
    const options = { records: '/p:people/p:person', namespaces: { p: 'urn:p' } };
    expect((await read(document, options)).records).toEqual([
      { '@p:id': '1', '@xml:lang': 'ru', 'p:name': 'A', age: '7' },
    ]);
    expect(await failure(document, { records: '/people/person', namespaces: { p: 'urn:p' } })).toMatch(
      /^XML_NO_RECORDS/,
    );
    const plain = { ...people, namespaces: { '': 'urn:p', o: 'urn:other' } };
    expect((await read(document, plain)).records).toEqual([{ '@id': '1', '@xml:lang': 'ru', name: 'A', 'o:age': '7' }]);
  });

  it('that would be one field are refused', async () => {
    const two = '<people xmlns:a="urn:a"><person><name>1</name><a:name>2</a:name></person></people>';
    expect(await failure(two)).toMatch(/^XML_NAMESPACES Two namespaces have a name name in the same element/);
    expect(await failure('<people xmlns:a="urn:a"><person id="1" a:id="2"/></people>')).toMatch(/^XML_NAMESPACES/);
    expect((await read(two, { ...people, namespaces: { a: 'urn:a' } })).records).toEqual([
      { name: '1', 'a:name': '2' },
    ]);
    const same = '<people xmlns:a="urn:a"><person><a:name>1</a:name><a:name>2</a:name></person></people>';
    expect((await read(same)).records).toEqual([{ name: ['1', '2'] }]);
  });

  it('are refused with a prefix that is not declared', () => {
    expect(() => xml.open({ records: '/c:people/person' })).toThrow('The name c:people has a prefix');
    expect(() => xml.open({ ...people, lists: ['c:phone'] })).toThrow('The name c:phone has a prefix');
    expect(() => xml.open({ ...people, namespaces: { a: 'urn:x', b: 'urn:x' } })).toThrow('Two prefixes');
    for (const prefix of ['xml', 'XMLx', '1c', '-'])
      expect(() => xml.open({ ...people, namespaces: { [prefix]: 'urn:x' } })).toThrow(`The prefix ${prefix} in`);
  });
});

describe('the records of an xml document', () => {
  it('are found by their path alone, in every element of it', async () => {
    const text = '<a><b><c>1</c></b><c>no</c><x><b><c>no</c></b></x><b><c>2</c></b></a>';
    expect((await read(text, { records: '/a/b/c' })).records).toEqual([{ '#text': '1' }, { '#text': '2' }]);
    expect((await read(text, { records: '/*/*/c' })).records).toHaveLength(2);
    expect((await read('<a><b/></a>', { records: '/a' })).records).toEqual([{ b: '' }]);
  });

  it('bear the line on which they begin, or are counted on from it', async () => {
    const { lines } = await read('<people>\n<person/>\n\n<person\n id="1"/><person/><person/>\n\n\n<person/></people>');
    expect([...lines]).toEqual([2, 4, 5, 6, 8]);
  });

  it('fail the run where their path does not exist', async () => {
    expect(await failure('<staff><person/></staff>')).toBe(
      'XML_NO_RECORDS The document has no element /people; the root is staff.',
    );
    expect(await failure('<a><B><c/></B><d/><d/></a>', { records: '/a/b/c' })).toBe(
      'XML_NO_RECORDS The document has no element /a/b; /a holds B, d.',
    );
  });

  it('are none, with a note, where only the last element of the path does not exist', async () => {
    const { records, notes, cut } = await read('<people><Person/><head/></people>');
    expect({ records, notes, cut }).toEqual({
      records: [],
      notes: ['The document has no element /people/person; /people holds Person, head'],
      cut: undefined,
    });
  });

  it('are refused inside each other, unless they are values', async () => {
    const tree = '<groups>\n<group><name>A</name><groups><group><name>B</name></group></groups></group></groups>';
    const options = { records: '/groups/group' };
    expect(await failure(tree, options)).toBe(
      'XML_NESTED A record <group> stands inside another one in line 2, column 36, where it would be no record.',
    );
    expect((await read(tree, { ...options, nested: 'value' })).records).toEqual([
      { name: 'A', groups: { group: { name: 'B' } } },
    ]);
  });

  it('come in batches that are bounded by their size as well', async () => {
    const { sizes } = await read(`<people>${`<person>${'x'.repeat(300_000)}</person>`.repeat(10)}</people>`);
    expect(sizes.length).toBeGreaterThan(2);
  });
});

describe('an xml document that is no good', () => {
  it('is told with line and column, and without what stands there', async () => {
    expect(await failure('<people>\n<person><a>Иванов</b></person></people>')).toBe(
      'XML_BROKEN The document is not XML: reading stopped in line 2, column 21 (unexpected close tag).',
    );
    expect(await failure('<people><person Иванов="1" Иванов="2"/></people>')).toBe(
      'XML_BROKEN The document is not XML: reading stopped in line 1, column 39 (duplicate attribute).',
    );
    expect(await failure('<people><p:person/></people>')).toMatch(/^XML_BROKEN .*unbound namespace prefix\)/);
    expect(await failure('code;name\n1;Anna\n')).toMatch(/^XML_BROKEN/);
    expect(await failure('<people/><people/>')).toMatch(/^XML_BROKEN/);
  });

  it('has a bare ampersand, which is told at the element before it', async () => {
    const told = 'XML_BROKEN The document is not XML: a bare & stands in the text after line 2, column 8.';
    expect(await failure('<people>\n<person>Rook & Son;</person></people>')).toBe(told);
    expect(await failure('<people>\n<person>Rook & Son</person></people>')).toBe(told);
  });

  it('is cut short where it ends too early, wherever that is', async () => {
    const whole = '<people>\n<person id="1"><name>Анна</name></person>\n<person><![CDATA[x]]></person>\n</people>';
    const bytes = Buffer.from(whole);
    const { cut, records } = await read(whole);
    expect({ cut, count: records.length }).toEqual({ cut: undefined, count: 2 });
    for (let length = 0; length < bytes.length; length += 1) {
      const part = await read(bytes.subarray(0, length));
      expect(part.cut, `${length} bytes`).toMatch(/^the document ends in line \d, before /);
      expect(part.records).toEqual(records.slice(0, part.records.length));
    }
    expect((await read('<people/><!-- half')).cut).toBe('the document ends in line 1, before it is whole');
    expect((await read(Buffer.concat([Buffer.from('<people/>'), Buffer.of(0xd0)]))).cut).toBe(
      'the document ends in the middle of a character',
    );
  });

  it('declares entities, and nothing of them is read', async () => {
    const laughs = Array.from({ length: 9 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join('');
    const bomb = `<?xml version="1.0"?>\n<!DOCTYPE people [<!ENTITY l0 "ha">${laughs}]><people><person>&l9;</person></people>`;
    expect(await failure(bomb)).toMatch(/^XML_DTD The document declares a document type \(DTD\) in line 2, column \d+/);
    const outside = '<!DOCTYPE people [<!ENTITY x SYSTEM "file:///etc/passwd">]><people><person>&x;</person></people>';
    expect(await failure(outside)).toMatch(/^XML_DTD/);
    expect(await failure('<!DOCTYPE people SYSTEM "http://127.0.0.1:9/people.dtd"><people/>')).toMatch(/^XML_DTD/);
    expect(await failure('<people><person>&nbsp;</person></people>')).toBe(
      'XML_ENTITY An entity that XML does not have by itself stands in line 1, column 22.',
    );
  });

  it('is too large or too deep', async () => {
    const options = { ...people, limit: 1000 };
    const inside = (text: string) => `<people><person>${text}</person></people>`;
    expect(await failure(inside('x'.repeat(900)), options)).toBeUndefined();
    expect(await failure(inside('x'.repeat(1000)), options)).toMatch(/^XML_TOO_LARGE A record has more than 1000/);
    expect(await failure(inside('<a/>'.repeat(20)), options)).toMatch(/^XML_TOO_LARGE/);
    expect(
      await failure(inside(`<a ${Array.from({ length: 12 }, (_, n) => `b${n}=""`).join(' ')}/>`), options),
    ).toBeUndefined();
    expect(
      await failure(inside(`<a ${Array.from({ length: 16 }, (_, n) => `b${n}=""`).join(' ')}/>`), options),
    ).toMatch(/^XML_TOO_LARGE/);
    expect(await failure(`<people><!--${'x'.repeat(1000)}--></people>`, options)).toBeUndefined();
    expect(await failure(`<people><!--${'x'.repeat(70_000)}--></people>`, options)).toMatch(
      /^XML_TOO_LARGE What stands between two elements/,
    );
    expect(await failure(inside(`${'<a>'.repeat(98)}${'</a>'.repeat(98)}`))).toBeUndefined();
    expect(await failure(inside(`${'<a>'.repeat(99)}${'</a>'.repeat(99)}`))).toMatch(/^XML_TOO_DEEP More than 100/);
    expect(await failure(`<people>${'<a>'.repeat(100)}`)).toMatch(/^XML_TOO_DEEP/);
  });
});

describe('the encoding of an xml document', () => {
  const text = (declared: string) =>
    `<?xml version="1.0" encoding="${declared}"?>\n<people><person><name>Пётр №1 — “Ж”</name></person></people>`;
  const record = { name: 'Пётр №1 — “Ж”' };

  it.each([
    ['windows-1251', iconv.encode(text('windows-1251'), 'windows-1251')],
    ['CP1251', iconv.encode(text('CP1251'), 'windows-1251')],
    ['UTF-8', Buffer.from(text('UTF-8'))],
    ['none at all', Buffer.from(text('x').replace(/^.*\n/, ''))],
    ['UTF-8 with a mark', Buffer.from(`\uFEFF${text('utf-8')}`)],
    ['a mark against the declaration', Buffer.from(`\uFEFF${text('windows-1251')}`)],
    ['UTF-16 with a mark', iconv.encode(text('UTF-16'), 'utf-16le', { addBOM: true })],
    ['UTF-16, the other way round', iconv.encode(text('UTF-16'), 'utf-16be', { addBOM: true })],
    ['UTF-16 without a mark', iconv.encode(text('UTF-16'), 'utf-16le')],
    ['UTF-16, the other way round, without a mark', iconv.encode(text('UTF-16'), 'utf-16be')],
  ])('is read from the document: %s', async (name, bytes) => {
    const { records, dialect } = await read(bytes);
    expect(records).toEqual([record]);
    expect(dialect.options.encoding).toBe(
      /UTF-16/.test(name) ? 'utf-16' : /1251/.test(name) ? 'windows-1251' : 'utf-8',
    );
    for (const pieceBytes of [1, 3, 5])
      expect((await decodeAll(xml.open(people), bytes, pieceBytes)).records).toEqual([record]);
  });

  it('may be said where the declaration is wrong', async () => {
    const bytes = iconv.encode(text('utf-8'), 'windows-1251');
    expect(await failure(bytes)).toBe('XML_ENCODING The document holds bytes that are not utf-8 in line 2, column 24.');
    expect((await read(bytes, { ...people, encoding: 'windows-1251' })).records).toEqual([record]);
    const plain = '<?xml version="1.0" encoding="koi8-r"?><people><person><name>Пётр</name></person></people>';
    for (const encoding of ['cp866', 'koi8-r', 'utf-16'])
      expect((await read(iconv.encode(plain, encoding), { ...people, encoding })).records, encoding).toEqual([
        { name: 'Пётр' },
      ]);
    expect((await read(Buffer.from(plain), { ...people, encoding: 'utf-8' })).records).toEqual([{ name: 'Пётр' }]);
  });

  it('is refused where it contradicts the bytes, or is not known', async () => {
    expect(await failure(text('UTF-16'))).toBe('XML_ENCODING The document declares UTF-16, and is not written in it.');
    expect(await failure(text('base64'))).toBe(
      'XML_ENCODING The document declares the encoding "base64", which is not known.',
    );
    expect(await failure(text('x-mac'))).toMatch(/^XML_ENCODING/);
    expect(await failure(`\uFEFF${text('utf-8')}`, { ...people, encoding: 'windows-1251' })).toBe(
      'XML_ENCODING The document begins as utf-8 does, and `encoding` says windows-1251.',
    );
    expect(await failure(text('utf-8'), { ...people, encoding: 'utf-16' })).toMatch(/^XML_ENCODING/);
    const hole = Buffer.concat([
      iconv.encode('<people>\n<a>ж', 'win1251'),
      Buffer.of(0x98),
      Buffer.from('</a></people>'),
    ]);
    expect(await failure(hole, { ...people, encoding: 'windows-1251' })).toBe(
      'XML_ENCODING The document holds bytes that are not windows-1251 in line 2, column 5.',
    );
  });

  it('may have the character U+FFFD, where it is a character', async () => {
    expect(await person('\uFFFD')).toEqual({ '#text': '\uFFFD' });
  });
});

describe('a written xml document', () => {
  const write = async (records: object[], options: object = people, columns?: string[]) =>
    (await encodeAll(xml.open(options), [records as Record<string, unknown>[]], columns)).toString();

  it('has a declaration, the elements of the path, and a record a line', async () => {
    const records = [
      {
        '@id': 1,
        name: 'A & <B> "c"',
        phone: ['1', '2'],
        post: { '@main': true, '#text': 'x' },
        none: null,
        empty: '',
      },
      {},
    ];
    expect(await write(records, { records: '/a/people/person' })).toBe(
      [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<a>',
        '  <people>',
        '    <person id="1"><name>A &amp; &lt;B&gt; "c"</name><phone>1</phone><phone>2</phone><post main="true">x</post><empty/></person>',
        '    <person/>',
        '  </people>',
        '</a>',
        '',
      ].join('\n'),
    );
  });

  it('gives back attributes with what a reader would make blanks of', async () => {
    const record = { '@a': 'x\t"\r\n<&>\'y', '#text': 'z' };
    expect((await read(await write([record]))).records).toEqual([record]);
  });

  it('declares namespaces at its root', async () => {
    const options = { records: '/c:people/c:person', namespaces: { c: 'urn:a&b', '': 'urn:d' } };
    const text = await write([{ 'c:name': 'x', '@xml:lang': 'ru', age: '7' }], options);
    expect(text).toContain('<c:people xmlns:c="urn:a&#38;b" xmlns="urn:d">');
    expect((await read(text, options)).records).toEqual([{ '@xml:lang': 'ru', 'c:name': 'x', age: '7' }]);
  });

  it.each(['windows-1251', 'cp866', 'koi8-r', 'utf-16'])(
    'is written in %s, and no character is lost',
    async (encoding) => {
      const records = [{ '@a': 'Ж ☃', name: 'Пётр 😀 №' }];
      const bytes = await encodeAll(xml.open({ ...people, encoding }), [records]);
      expect((await read(bytes)).records).toEqual(records);
      expect(iconv.decode(bytes, encoding)).toContain(`encoding="${encoding === 'utf-16' ? 'UTF-16' : encoding}"`);
    },
  );

  it('is refused for names and values that XML does not have', async () => {
    const refused = (record: object, options: object = people) => codeOf(() => write([record], options));
    expect(await refused({ 'Табельный номер': '1' })).toBe('XML_NAME');
    expect(await refused({ '1st': '1' })).toBe('XML_NAME');
    expect(await refused({ '@': '1' })).toBe('XML_NAME');
    expect(await refused({ 'c:name': '1' })).toBe('XML_NAME');
    expect(await refused({ '@xmlns:c': 'urn:x' })).toBe('XML_NAME');
    expect(await refused({ '@xmlns': 'urn:x' })).toBe('XML_NAME');
    expect(await refused({ 名: '1' }, { ...people, encoding: 'windows-1251' })).toBe('XML_NAME');
    expect(await refused({ '@a': ['1'] })).toBe('XML_VALUE');
    expect(await refused({ '#text': {} })).toBe('XML_VALUE');
    expect(await refused({ a: [['1']] })).toBe('XML_VALUE');
    expect(await refused({ a: { b: 'x\u0001' } })).toBe('XML_VALUE');
    expect(await refused({ a: '\uD800' })).toBe('XML_VALUE');
    await expect(write([{ a: { b: 'x\u0001' } }])).rejects.toThrow('The field person/a/b holds the character U+0001');
  });

  it('needs a path of names, with a root above the record', async () => {
    expect(await codeOf(() => write([], { records: '/people/*' }))).toBe('XML_OPTIONS');
    expect(await codeOf(() => write([], { records: '/person' }))).toBe('XML_OPTIONS');
  });

  it('gives back any text, or is refused', async () => {
    // Blanks alone with a line break are layout.
    const kept = (text: string) => (text.trim() === '' && text.includes('\n') ? '' : text);
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('utf-8', 'utf-16', 'windows-1251'),
        async (text, encoding) => {
          const format = xml.open({ ...people, encoding } as Parameters<typeof xml.open>[0]);
          const records = [{ '@a': text, name: text, list: [text, { inner: text }] }];
          const bytes = await encodeAll(format, [records]).catch((error: { code: string }) => error.code);
          if (bytes === 'XML_VALUE') return;
          const wanted = [{ '@a': text, name: kept(text), list: [kept(text), { inner: kept(text) }] }];
          expect((await decodeAll(format, bytes as Buffer)).records).toEqual(wanted);
        },
      ),
      { numRuns: 60 },
    );
  });
});
