import { createHmac, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { expect, test } from 'vitest';
import { problemOf, valueOf } from '../environment.ts';

test.each([
  // RFC 4231, test case 2.
  [
    "$hmac('sha256', 'Jefe', 'what do ya want for nothing?')",
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  ],
  // RFC 2202, test case 2 of both.
  ["$hmac('md5', 'Jefe', 'what do ya want for nothing?')", '750c783e6ab0b503eaa86e310a5db738'],
  [
    "$hmac('sha1', 'Jefe', 'what do ya want for nothing?', 'base64')",
    Buffer.from('effcdf6ae5eb2fa2d27416d5f184df9c259a7c79', 'hex').toString('base64'),
  ],
  ["$hmac('sha256', 'ключ', 'Лена', 'base64url')", createHmac('sha256', 'ключ').update('Лена').digest('base64url')],
  ["$base64('Лена')", '0JvQtdC90LA='],
  // RFC 4648 section 10.
  ["$base64('foob')", 'Zm9vYg=='],
  ["$formText({ 'a': [1, 2], 'b': { 'c': 'x y' }, 'd': null })", 'a%5B0%5D=1&a%5B1%5D=2&b%5Bc%5D=x+y&d='],
  ["$same('key', 'key')", true],
  ["$same('key', 'kez')", false],
  ["$same('key', 'keyy')", false],
  ["$same(nothing, 'key')", false],
  ["$same('key', nothing)", false],
  ['$same(nothing, nothing)', false],
])('%s gives %s', async (text, expected) => {
  expect(await valueOf(text, {})).toBe(expected);
});

test.each([
  ["$hmac('crc32', 'k', 't')", 'sha256'],
  ["$hmac('sha256', 'k', 't', 'ascii')", 'base64'],
  ["$jwt({ 'a': 1 }, 'k', 'none')", 'HS256'],
  ["$jwt({ 'a': 1 }, 'secret-that-is-no-key', 'RS256')", 'RSA private key'],
])('%s is refused with what is known, and without the key', async (text, known) => {
  const { code, message } = await problemOf(() => valueOf(text));
  expect(code).toBe('EXPRESSION_FAILED');
  expect(message).toContain(known);
  expect(message).not.toContain('secret-that');
});

const part = (token: string, index: number): unknown =>
  JSON.parse(Buffer.from(token.split('.')[index] ?? '', 'base64url').toString('utf8'));

test('a token under a secret is signed as RFC 7515 says, with the header that is wanted', async () => {
  const token = (await valueOf("$jwt({ 'sub': 'Лена' }, 'key', 'HS256', { 'kid': '1' })")) as string;
  expect(part(token, 0)).toEqual({ typ: 'JWT', kid: '1', alg: 'HS256' });
  expect(part(token, 1)).toEqual({ sub: 'Лена' });
  const [head, claims, signature] = token.split('.');
  expect(signature).toBe(createHmac('sha256', 'key').update(`${head}.${claims}`).digest('base64url'));
});

test('tokens under private keys are accepted by their public keys', async () => {
  for (const [algorithm, pair] of [
    ['RS256', generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
  ] as const) {
    const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' });
    const token = (await valueOf(`$jwt({ 'sub': '7' }, key, '${algorithm}')`, { key: String(pem) })) as string;
    const [head, claims, signature = ''] = token.split('.');
    const key = {
      key: createPublicKey(pair.publicKey.export({ type: 'spki', format: 'pem' })),
      dsaEncoding: 'ieee-p1363',
    } as const;
    expect(verify('sha256', Buffer.from(`${head}.${claims}`), key, Buffer.from(signature, 'base64url'))).toBe(true);
  }
});
