import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeHost, parseExactJson, readLinkHeader, scrubber } from '../../../src/connect/net/index.ts';

describe('JSON', () => {
  it.each([
    ['9007199254740991', 9007199254740991],
    ['9007199254740993', '9007199254740993'],
    ['-12345678901234567890', '-12345678901234567890'],
    ['12345678901234567000', 12345678901234567000],
    ['0.1', 0.1],
    ['1.50', 1.5],
    ['1e3', 1000],
    ['1E400', '1E400'],
    ['0.1234567890123456789', '0.1234567890123456789'],
    ['12345678.12345678', 12345678.12345678],
    ['0', 0],
    ['-0.00e5', -0],
  ])('the number %s', (text, value) => {
    expect(parseExactJson(`{"x":${text}}`)).toEqual({ x: value });
  });

  it('of any kind is read as JSON.parse reads it, but for nulls', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false } as object), (value) => {
        const text = JSON.stringify(value);
        const without = JSON.parse(text, (_key, item: unknown) =>
          Array.isArray(item) ? item.filter((one) => one !== undefined) : (item ?? undefined),
        );
        expect(JSON.stringify(parseExactJson(text))).toBe(JSON.stringify(without));
      }),
      { numRuns: 500 },
    );
  });

  it('numbers inside texts are left alone', () => {
    const text = '{"a":"id 9007199254740993 \\" 12345678901234567890","9007199254740993":9007199254740993}';
    expect(parseExactJson(text)).toEqual({
      a: 'id 9007199254740993 " 12345678901234567890',
      '9007199254740993': '9007199254740993',
    });
  });

  it('a list loses its nulls', () => {
    expect(parseExactJson('[1,null,{"a":null},[null]]')).toEqual([1, {}, []]);
  });

  it('that is broken is said', () => {
    expect(() => parseExactJson('{"a":')).toThrow(SyntaxError);
  });
});

describe('the Link header', () => {
  it.each([
    [
      '<https://x.example/a?p=2&q=1,2>; rel="next", </b>; rel=prev',
      { next: 'https://x.example/a?p=2&q=1,2', prev: '/b' },
    ],
    ['</a>; title="x; rel=no"; rel="first next"', { first: '/a', next: '/a' }],
    ['</a>; rel="next", </b>; rel="next"', { next: '/a' }],
    ['</a>', {}],
    [undefined, {}],
  ])('%s', (header, links) => {
    expect(readLinkHeader(header)).toEqual(links);
  });
});

describe('messages', () => {
  it('lose every value, whatever its case, also encoded', () => {
    const scrub = scrubber(['Secret-Token'], {
      name: 'Иванова',
      deep: [{ phone: 79161234567 }],
      short: 'Ли',
      mail: 'a b@x.example',
    });
    expect(scrub('secret-token ИВАНОВА 79161234567')).toBe('… … …');
    expect(scrub('/q=a%20b%40x.example and a+b%40x.example')).toBe('/q=… and …');
  });

  it('lose a short value where it is a whole word, and keep the words that it stands in', () => {
    const scrub = scrubber({ name: 'Цой', other: 'Kim', first: 'Ли', initial: 'Q', odd: 'a.b', age: 45 });
    expect(scrub('no way Цой')).toBe('no way …');
    expect(scrub('(kim)=(45), цой_ли: KIM!')).toBe('(…)=(…), …_…: …!');
    expect(scrub('Цойский Kimberly Лида 451 Q a-b a.b')).toBe('Цойский Kimberly Лида 451 Q a-b …');
  });

  it('lose the longer of two values that overlap whole', () => {
    expect(scrubber({ a: 'anna', b: 'anna.petrova' })('anna.petrova is taken')).toBe('… is taken');
  });

  it('are cut, and come in one line', () => {
    const scrubbed = scrubber()(`a\n\n${'b'.repeat(1000)}`);
    expect(scrubbed).toHaveLength(301);
    expect(scrubbed.startsWith('a b')).toBe(true);
  });

  it('whose lower case is longer are hidden whole where they hold a value', () => {
    expect(scrubber({ name: 'anna' })('İ ANNA')).toBe('…');
  });

  it('never hold a value of four characters or more', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 4, maxLength: 12 }), fc.string(), fc.string(), (value, before, after) => {
        fc.pre(value.trim().length >= 4 && !/[\s…]/.test(value));
        expect(scrubber({ value })(before + value + after).toLowerCase()).not.toContain(value.trim().toLowerCase());
      }),
    );
  });
});

describe('hosts', () => {
  const rules = { home: 'https://lms.example', named: ['files.example', '*.cdn.example', 'odd.example:8443'] };
  it.each([
    ['https://lms.example/a', true],
    ['https://files.example/a', false],
    ['https://a.b.cdn.example/a', false],
    ['https://odd.example:8443/', false],
  ])('%s is let through (with the login: %s)', (url, isHome) => {
    expect(judgeHost(new URL(url), rules)).toEqual({ isHome });
  });

  it.each([
    'https://lms.example:444/',
    'http://lms.example/',
    'http://files.example/',
    'https://files.example:8443/',
    'https://cdn.example/',
    'https://evilcdn.example/',
    'https://odd.example/',
    'https://lms.example.evil.example/',
    'file:///etc/passwd',
  ])('%s is refused', (url) => {
    expect(() => judgeHost(new URL(url), rules)).toThrow(expect.objectContaining({ code: 'HTTP_HOST_REFUSED' }));
  });
});
