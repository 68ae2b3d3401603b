import { describe, expect, test } from 'vitest';
import { problemOf, valueOf } from '../environment.ts';

const call = (name: string, ...args: string[]) =>
  valueOf(`$${name}(${args.map((argument) => JSON.stringify(argument)).join(', ')})`);

describe('$transliterate writes Cyrillic as ICAO 9303 does', () => {
  test.each([
    ['Щукин', 'Shchukin'],
    ['ЩУКИН', 'SHCHUKIN'],
    ['Подъячев Игорь', 'Podieiachev Igor'],
    ['Цой', 'Tsoi'],
    ['Ёлкина Юлия', 'Elkina Iuliia'],
    ['ЮЯ', 'IUIA'],
    ['Жуков-Хомяк', 'Zhukov-Khomiak'],
    ['И. Я. Эш', 'I. Ia. Esh'],
    ['Ґалаґан Їжак', 'Galagan Izhak'],
    ["O'Neil 7", "O'Neil 7"],
    ['Андрей'.normalize('NFD'), 'Andrei'],
  ])('%s', async (text, expected) => expect(await call('transliterate', text)).toBe(expected));
});

describe('$phone reads numbers as people write them', () => {
  test.each([
    ['8 (912) 345-67-89', '+79123456789'],
    ['+7 912 345 67 89', '+79123456789'],
    ['7 912 345-67-89', '+79123456789'],
    ['912 345 67 89', '+79123456789'],
    ['8\u00a0800\u00a0555\u20110101', '+78005550101'],
    ['+49 30 1234567', '+49301234567'],
    ['0049 30 1234567', '+49301234567'],
    ['tel:+7-912-345-67-89', '+79123456789'],
  ])('%s', async (text, expected) => expect(await call('phone', text)).toBe(expected));

  test.each([
    '12345',
    '8 912 345 67 8',
    '+7 912 345 67 890',
    '8 912 345-67-89 доб. 12',
    'нет',
    '',
    '+7 000 000 00 00',
    '+1',
  ])('%j is refused without being told', async (text) => {
    const problem = await problemOf(() => call('phone', text));
    expect(problem).toMatchObject({ code: 'PHONE_UNREADABLE', class: 'data' });
    if (text.length > 2) expect(problem.message).not.toContain(text);
  });

  test('a country says how a number without plus is read', async () => {
    expect(await call('phone', '29 123-45-67', 'BY')).toBe('+375291234567');
    expect(await call('phone', '8029 123-45-67', 'BY')).toBe('+375291234567');
    expect(await call('phone', '901234567', 'UZ')).toBe('+998901234567');
  });

  test('an unknown country is told with the known ones', async () => {
    expect((await problemOf(() => call('phone', '912 345 67 89', 'constructor'))).message).toContain('RU, KZ');
  });

  test('a number out of JSON is read like its digits', async () => {
    expect(await valueOf('$phone(tel)', { tel: 89123456789 })).toBe('+79123456789');
  });
});

describe('$snils checks the check digits', () => {
  test.each([
    ['11223344595', '112-233-445 95'],
    ['112-233-445 95', '112-233-445 95'],
    ['087-654-303 00', '087-654-303 00'],
    ['00100199812', '001-001-998 12'],
  ])('%s', async (text, expected) => expect(await call('snils', text)).toBe(expected));

  test.each(['11223344594', '1122334459', '112-233-445 9X', ''])('%j is refused', async (text) =>
    expect(await problemOf(() => call('snils', text))).toMatchObject({ code: 'SNILS_WRONG', class: 'data' }),
  );
});

describe('$inn checks the check digits', () => {
  test.each(['7707083893', '500100732259', ' 7707083893 '])('%s', async (text) =>
    expect(await call('inn', text)).toBe(text.trim()),
  );

  test.each(['7707083894', '500100732258', '500100732269', '770708389', '0000000000', 'abc'])(
    '%j is refused',
    async (text) =>
      expect(await problemOf(() => call('inn', text))).toMatchObject({ code: 'INN_WRONG', class: 'data' }),
  );
});

test.each(['transliterate', 'phone', 'snils', 'inn', 'hash'])('$%s of what is absent stays absent', async (name) => {
  expect(await valueOf(`$${name}(nothing)`)).toBeUndefined();
});

test.each(['phone', 'inn'])('$%s can stand behind a path', async (name) => {
  const input = { phone: '89123456789', inn: '7707083893' };
  expect(await valueOf(`${name}.$${name}()`, input)).toBe(name === 'inn' ? '7707083893' : '+79123456789');
});
