import { describe, expect, it } from 'vitest';
import json from '../../../plugins/json/format.ts';
import { codeOf, decodeAll, encodeAll, formatContract } from '../../../src/connect/contract/index.ts';

const read = (text: string | Uint8Array, options: object = {}) => decodeAll(json.open(options), text);

formatContract('json', () => ({
  format: json.open({}),
  isText: false,
  broken: { content: '[{"a":1},7,{"a":2}]', line: 2, code: 'JSON_NOT_A_RECORD', goodRecords: 2 },
}));
formatContract('json with a path', () => ({ format: json.open({ records: 'data.items' }), isText: false }));

describe('json', () => {
  it('finds the list by its path, and keeps nested values', async () => {
    const { records, lines, dialect } = await read('{"data":{"items":[{"a":{"b":[1,true]}}]}}', {
      records: 'data.items',
    });
    expect(records).toEqual([{ a: { b: [1, true] } }]);
    expect(lines).toEqual([1]);
    expect(dialect).toEqual({ format: 'json', options: { records: 'data.items' } });
  });

  it('gives numbers that JavaScript can not hold as text', async () => {
    const { records } = await read('[{"id":9223372036854775807,"pi":3.5,"big":1e400,"text":"9223372036854775807"}]');
    expect(records).toEqual([{ id: '9223372036854775807', pi: 3.5, big: '1e400', text: '9223372036854775807' }]);
  });

  it('says where a document is broken, without its content', async () => {
    const reading = read('[\n{"name":"Анна" "x":1}]');
    await expect(reading).rejects.toMatchObject({ code: 'JSON_BROKEN' });
    await expect(read('[\n{"name":"Anna" "x":1}]')).rejects.toThrow(
      'The document is not JSON: reading stopped in line 2, column 16.',
    );
    await expect(read('[{"a":1}')).rejects.toMatchObject({ code: 'JSON_BROKEN' });
    expect(await codeOf(() => read(Buffer.of(0x5b, 0xff, 0x5d)))).toBe('JSON_BROKEN');
  });

  it('says that there is no list', async () => {
    expect(await codeOf(() => read('{"items":[]}'))).toBe('JSON_NO_LIST');
    expect(await codeOf(() => read('{"items":{}}', { records: 'items' }))).toBe('JSON_NO_LIST');
    expect(await codeOf(() => read('[]', { records: 'constructor' }))).toBe('JSON_NO_LIST');
  });

  it('refuses a document above its limit', async () => {
    expect(await codeOf(() => read(`[${' '.repeat(100)}]`, { limit: 50 }))).toBe('JSON_TOO_LARGE');
  });

  it('understands a byte order mark, and an empty file as no records', async () => {
    expect((await read('\uFEFF[{"a":1}]')).records).toEqual([{ a: 1 }]);
    expect((await read('')).records).toEqual([]);
  });

  it('writes chosen columns with all that is in them', async () => {
    const bytes = await encodeAll(json.open({}), [[{ a: { c: 1 }, b: 2 }]], ['a']);
    expect(JSON.parse(bytes.toString())).toEqual([{ a: { c: 1 } }]);
  });
});
