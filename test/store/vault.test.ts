import { expect, test } from 'vitest';
import { makeWorkspaceKey, mask, openVault } from '../../src/store/index.ts';
import { hex } from './workbench.ts';

const keyText = makeWorkspaceKey();
const vault = openVault(keyText);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test('a workspace key is made anew each time and read back with the line end of its file', () => {
  expect(makeWorkspaceKey()).not.toBe(keyText);
  expect(openVault(`${keyText}\r\n`).keyHash('7')).toEqual(vault.keyHash('7'));
});

test.each(['', 'secret', 'portolan-key-1:short', keyText.slice(0, -1), `${keyText}x`])(
  'a text that is no workspace key is refused without being shown',
  (text) => {
    expect(() => openVault(text)).toThrow(
      expect.objectContaining({ code: 'WORKSPACE_KEY_UNREADABLE', class: 'config' }),
    );
    try {
      openVault(text);
    } catch (error) {
      if (text) expect((error as Error).message).not.toContain(text);
    }
  },
);

test('what is sealed opens under the same context, and differs each time', () => {
  const sealed = vault.seal(bytes('Иванов'), 'records 1');
  expect(Buffer.from(vault.open(sealed, 'records 1')).toString()).toBe('Иванов');
  expect(hex(vault.seal(bytes('Иванов'), 'records 1'))).not.toBe(hex(sealed));
  expect(sealed.length).toBe(12 + 12 + 16);
});

test('nothing, and very much, can be sealed', () => {
  for (const size of [0, 1, 3_000_000]) {
    const plain = new Uint8Array(size).fill(7);
    expect(Buffer.compare(vault.open(vault.seal(plain, 'c'), 'c'), plain)).toBe(0);
  }
});

test('no two of ten thousand nonces are the same', () => {
  const nonces = new Set(Array.from({ length: 10_000 }, () => hex(vault.seal(bytes('x'), 'c').subarray(0, 12))));
  expect(nonces.size).toBe(10_000);
});

test('what is sealed does not open elsewhere, changed, cut, or under another key', () => {
  const sealed = vault.seal(bytes('Иванов'), 'records 1');
  const changed = Uint8Array.from(sealed, (byte, index) => (index === 15 ? byte ^ 1 : byte));
  const broken = expect.objectContaining({ code: 'SEAL_BROKEN' });
  expect(() => vault.open(sealed, 'records 2')).toThrow(broken);
  expect(() => vault.open(changed, 'records 1')).toThrow(broken);
  expect(() => vault.open(sealed.subarray(0, 20), 'records 1')).toThrow(broken);
  expect(() => vault.open(sealed.subarray(0, 3), 'records 1')).toThrow(broken);
  expect(() => openVault(makeWorkspaceKey()).open(sealed, 'records 1')).toThrow(broken);
});

test('hashes have their lengths, are the same for the same key, and differ by text, purpose and workspace key', () => {
  expect(vault.keyHash('7')).toHaveLength(8);
  expect(vault.valueHash('7')).toHaveLength(16);
  expect(openVault(keyText).valueHash('Ж')).toEqual(vault.valueHash('Ж'));
  const other = openVault(makeWorkspaceKey());
  const all = [vault, other].flatMap((each) => [
    hex(each.keyHash('7')),
    hex(each.keyHash('8')),
    hex(each.valueHash('7').subarray(0, 8)),
    hex(each.valueHash('7').subarray(8)),
  ]);
  expect(new Set(all).size).toBe(all.length);
});

test('a hash that was given out stays as it is when another is made', () => {
  const first = vault.keyHash('7');
  const before = hex(first);
  vault.keyHash('8');
  expect(hex(first)).toBe(before);
});

test('the hashes of 200,000 keys are all different and spread evenly over the parts', () => {
  const seen = new Set<string>();
  const parts = new Int32Array(256);
  for (let index = 0; index < 200_000; index++) {
    const hash = vault.keyHash(String(index));
    seen.add(hex(hash));
    (parts[hash[0] as number] as number)++;
  }
  expect(seen.size).toBe(200_000);
  expect(Math.min(...parts)).toBeGreaterThan(600);
  expect(Math.max(...parts)).toBeLessThan(970);
});

test('what is derived depends on purpose, text and workspace key', () => {
  const derived = [
    vault.derive('password', 'a'),
    vault.derive('password', 'b'),
    vault.derive('message', 'a'),
    openVault(makeWorkspaceKey()).derive('password', 'a'),
  ].map(hex);
  expect(new Set(derived).size).toBe(4);
  expect(derived[0]).toHaveLength(64);
  expect(hex(openVault(keyText).derive('password', 'a'))).toBe(derived[0]);
});

test.each([
  ['Иванова', 'И***'],
  ['Ли', 'Л***'],
  ['Я', '***'],
  [' Яна', 'Я***'],
  ['', '***'],
  ['+7 912 000-00-00', '***'],
  ['112-233-445 95', '***'],
  ['anna@firma.example', 'a***'],
  [1990, '***'],
  [true, '***'],
  [null, null],
  [undefined, undefined],
  [
    ['Анна', 'Б'],
    ['А***', '***'],
  ],
  [
    { city: 'Пермь', house: 7 },
    { city: 'П***', house: '***' },
  ],
])('%j is shown masked as %j', (value, shown) => {
  expect(mask(value)).toEqual(shown);
});
