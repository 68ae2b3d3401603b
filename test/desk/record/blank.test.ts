import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { newBlanker } from '../../../src/desk/record/blank.ts';
import { keptOf } from '../../../src/desk/record/kept.ts';
import { taken, writtenRequest } from '../../../src/desk/record/recorded-exchange.ts';

const kept = {
  ...keptOf(
    {
      connection: {},
      http: { errors: [{ when: "code = 'BUSY' or $headers.`x-left` = 0", is: 'retry' }] },
      read: { users: { request: { get: '/users' } } },
    },
    [],
  ),
  origins: new Map([['http://10.0.0.5:8080', 'https://acme.example']]),
};
const blanker = () => newBlanker(kept);

describe('blanking', () => {
  test('leaves what the document says and what it decides by', () => {
    const made = blanker().value({ code: 'BUSY', other: 'BUSY', ok: true, empty: null, one: 7, status: 'code' });
    expect(made).toEqual({ code: 'BUSY', other: 'BUSY', ok: true, empty: null, one: 7, status: 'code' });
    expect(blanker().value({ code: 'E-1234', total: 1234 })).toMatchObject({
      code: 'E-1234',
      total: expect.not.toSatisfy((n) => n === 1234) as number,
    });
  });

  test('leaves no text of several words and no address, even where the connector decides by it', () => {
    const { code } = blanker().value({ code: 'Petrova is BUSY' }) as { code: string };
    expect(code).toMatch(/^[A-Z][a-z]{6} is BUSY$/);
    expect(code).not.toContain('Petrova');
    expect((blanker().value({ code: 'anna@client.ru' }) as { code: string }).code).not.toContain('anna');
  });

  test('blanks numbers and texts of the same digits alike, and keeps them apart', () => {
    const blank = blanker();
    const { id, ref } = blank.value({ id: 123456, ref: '123456' }) as { id: number; ref: string };
    expect(String(id)).toBe(ref);
    const many = Array.from({ length: 90 }, (_, at) => blank.value(at + 10));
    expect(new Set(many).size).toBe(90);
    expect(many).not.toContain(undefined);
  });

  test('makes dates of dates', () => {
    const made = blanker().text('1984-03-08, 08.03.1984, 1984-03-08T10:11:12Z');
    const [iso, dotted, moment] = made.split(', ') as [string, string, string];
    expect(iso).toMatch(/^(19|20)\d\d-(0[1-9]|1[0-2])-\d\d$/);
    expect(dotted).toBe(iso.split('-').reverse().join('.'));
    expect(moment).toBe(`${iso}T10:11:12Z`);
    expect(made).not.toContain('1984');
  });

  test('puts made-up hosts into addresses, and sees through what is encoded', () => {
    const blank = blanker();
    const name = blank.text('Петрова');
    const address = blank.text('http://10.0.0.5:8080/users?name=%D0%9F%D0%B5%D1%82%D1%80%D0%BE%D0%B2%D0%B0');
    expect(address).toMatch(/^https:\/\/acme\.example\/users\?[a-z]{4}=/);
    expect(new URL(address).search.split('=')[1]).toBe(encodeURIComponent(name));
    expect(blank.text('http://files.client.ru/a http://files.client.ru/b')).toBe(
      'https://host2.example/a https://host2.example/b',
    );
  });

  test('blanks names of maps that are somebody’s', () => {
    const blank = blanker();
    const login = blank.text('petrova');
    expect(blank.value({ petrova: { is: 1 }, 'Anna Petrova': 2, 'a@b.ru': 3 })).toEqual({
      [login]: { is: 1 },
      [blank.text('Anna Petrova')]: 2,
      [blank.text('a@b.ru')]: 3,
    });
  });

  test('keeps hosts of the document, and makes up those that fit its patterns', () => {
    const document = { http: { baseUrl: 'https://api.acme.example', hosts: ['*.files.example', 'cdn.example'] } };
    const blank = newBlanker({ ...keptOf(document, []), origins: new Map() });
    expect(blank.text('http://api.acme.example/ http://cdn.example/')).toBe(
      'https://api.acme.example/ https://cdn.example/',
    );
    expect(blank.text('https://client.files.example/')).toMatch(/^https:\/\/host\d\.files\.example\/$/);
    expect(blank.text('https://files.client.ru/')).toMatch(/^https:\/\/host\d\.example\/$/);
  });

  test('blanks a secret as a whole, and none of its parts elsewhere', () => {
    const blank = blanker();
    const made = blank.secret('users-1');
    expect(made).toMatch(/^[a-z]{5}-\d$/);
    expect(made).not.toContain('users');
    expect(blank.text('Bearer users-1')).toContain(made);
    expect(blank.value({ users: 1, one: '1' })).toEqual({ users: 1, one: '1' });
  });

  test('blanks a secret that looks like a word of the document', () => {
    const blank = blanker();
    expect(blank.secret('users')).not.toBe('users');
    expect(blank.text('users')).not.toBe('users');
  });

  test('blanks texts and attributes of XML, however they are written, and leaves its names', () => {
    const made = blanker().xml(
      `<?xml version="1.0" encoding="utf-8"?><e:P xmlns:e="urn:people" id="4711" b='Anna'>Anna &amp; Ivan<!-- Anna --><![CDATA[Anna]]></e:P>`,
    );
    expect(made).toMatch(
      /^<\?xml version="1.0" encoding="utf-8"\?><e:P xmlns:e="urn:people" id="\d{4}" b='[A-Z][a-z]{3}'>[A-Z][a-z]{3} &amp; [A-Z][a-z]{3}<!\[CDATA\[[A-Z][a-z]{3}\]\]><\/e:P>$/,
    );
    expect(made).not.toMatch(/Anna|Ivan|4711/);
  });
});

const exchange = (over: object) => ({
  request: { method: 'GET' as const, url: new URL('http://10.0.0.5:8080/users'), headers: {} },
  status: 200,
  headers: { 'content-type': 'text/csv; charset=windows-1251' } as Record<string, string | string[]>,
  bytes: Buffer.from('name;mail\nAnna;anna@client.ru\n'),
  ...over,
});

describe('an exchange as it is written', () => {
  test('has the headers that are understood or named, without what is in them', () => {
    const { answer } = taken(
      exchange({
        headers: {
          'content-type': 'application/json',
          'x-left': '120',
          server: 'nginx-of-client',
          connection: 'keep-alive',
          'set-cookie': ['sid=abcdef; Path=/', 'b=zzzzzz'],
          link: '<http://10.0.0.5:8080/users?after=petrova>; rel="next"',
        },
        bytes: Buffer.from('{"mail":"anna@client.ru"}'),
      }),
      blanker(),
      kept,
    );
    expect(Object.keys(answer.headers ?? {})).toEqual(['content-type', 'x-left', 'set-cookie', 'link']);
    expect(answer.headers).toMatchObject({
      'x-left': '120',
      'set-cookie': [expect.stringMatching(/^sid=(?!abcdef)[a-z]{6}; Path=\/$/), expect.stringMatching(/^b=(?!zz)/)],
    });
    expect(JSON.stringify(answer)).not.toMatch(/petrova|anna|nginx/);
  });

  test('has a text in UTF-8, blanked cell by cell', () => {
    const { answer } = taken(exchange({}), blanker(), kept);
    expect(answer.headers).toEqual({ 'content-type': 'text/csv; charset=utf-8' });
    expect(answer.body).toMatch(/^[a-z]{4};[a-z]{4}\n[A-Z][a-z]{3};[a-z]{4}@[a-z]{6}\.[a-z]{2}\n$/);
    expect(answer.body).not.toMatch(/anna/i);
  });

  test('has a packed file as what is in it', () => {
    const bytes = gzipSync('Anna;Petrova\n');
    expect(taken(exchange({ headers: {}, bytes }), blanker(), kept).answer.body).toMatch(
      /^[A-Z][a-z]{3};[A-Z][a-z]{6}\n$/,
    );
  });

  test('is refused where the answer is no text', () => {
    const bytes = Buffer.from([0x50, 0x4b, 3, 4, 0, 0]);
    expect(() => taken(exchange({ headers: {}, bytes }), blanker(), kept)).toThrow(
      expect.objectContaining({ code: 'RECORD_NOT_TEXT' }) as Error,
    );
  });

  test('is refused where what is packed is damaged, or far more than it seems', () => {
    const damaged = gzipSync('Anna;Petrova').subarray(0, 20);
    expect(() => taken(exchange({ headers: {}, bytes: damaged }), blanker(), kept)).toThrow(
      expect.objectContaining({ code: 'RECORD_NOT_TEXT' }) as Error,
    );
    const bomb = gzipSync(Buffer.alloc(17 * 1024 * 1024));
    expect(() => taken(exchange({ headers: {}, bytes: bomb }), blanker(), kept)).toThrow(
      expect.objectContaining({ code: 'RECORD_TOO_LARGE' }) as Error,
    );
  });

  test('has a request in its form: json, form, parts, and headers that say what is meant', () => {
    const made = (type: string, body: string) =>
      writtenRequest({
        method: 'POST',
        url: new URL('https://acme.example/a'),
        headers: { 'content-type': type, 'if-match': '"7"', authorization: 'Bearer x' },
        body,
      });
    const asked = { method: 'POST', url: 'https://acme.example/a', headers: { 'if-match': '"7"' } };
    expect(made('application/json', '{"a":1}')).toEqual({ ...asked, json: { a: 1 } });
    expect(made('application/json', '{"a":')).toEqual({ ...asked, json: '{"a":' });
    expect(made('application/x-www-form-urlencoded', 'a=1&b=2&b=3')).toEqual({
      ...asked,
      form: { a: '1', b: ['2', '3'] },
    });
    expect(made('multipart/form-data; boundary=xyz', '--xyz--')).toEqual({ ...asked, body: '--boundary--' });
    expect(made('text/plain', '')).toEqual(asked);
  });
});
