import { describe, expect, test } from 'vitest';
import { environment, problemOf, valueOf } from '../environment.ts';

describe('dates and the tick', () => {
  test.each([
    ["$date('24.11.2026', 'DD.MM.YYYY')", '2026-11-24'],
    ["$date('2026-11-24')", '2026-11-24'],
    ["$date('2026-11-24', 'DD.MM.YYYY', 'iso')", '2026-11-24'],
    ["$date('24.11.2026 05:30', ['DD.MM.YYYY', 'DD.MM.YYYY HH:mm'])", '2026-11-24T02:30:00.000Z'],
    ["$date(46350, 'serial')", '2026-11-24'],
    ["$map(['24.11.2026', '25.11.2026'], $date(?, 'DD.MM.YYYY'))", ['2026-11-24', '2026-11-25']],
    ['$today()', '2026-11-24'],
    ['$today(-90)', '2026-08-26'],
    ['$today(38)', '2027-01-01'],
    ['$month()', '2026-11'],
    ['$month(-1)', '2026-10'],
    ['$month(2)', '2027-01'],
    ['$month(-11)', '2025-12'],
    ['$now()', '2026-11-24T05:30:00.000+03:00'],
    ["$now('[D01].[M01].[Y] [H01]:[m01]')", '24.11.2026 05:30'],
    ["$now('[H01]:[m01]', '-0500')", '21:30'],
    ['$toMillis($now())', Date.UTC(2026, 10, 24, 2, 30)],
    ["$addDays('2026-11-24', 14)", '2026-12-08'],
    ["$addDays('2024-02-28', 1)", '2024-02-29'],
    ["$addDays('2026-11-24T02:30:00.000Z', -1)", '2026-11-23T02:30:00.000Z'],
  ])('%s', async (text, expected) => expect(await valueOf(text)).toEqual(expected));

  test('the tick late in the evening is the next day further east', async () => {
    const env = { ...environment, now: Date.UTC(2026, 11, 31, 22, 0) };
    expect(await valueOf('$today() & $month()', {}, {}, env)).toBe('2027-01-012027-01');
    expect(await valueOf('$today()', {}, {}, { ...env, timezone: 'America/New_York' })).toBe('2026-12-31');
  });

  test('in UTC the tick ends with Z', async () => {
    expect(await valueOf('$now()', {}, {}, { ...environment, timezone: 'UTC' })).toBe('2026-11-24T02:30:00.000Z');
  });

  test('a day added over a change of clocks keeps the clock time', async () => {
    const env = { ...environment, timezone: 'Europe/Berlin' };
    expect(await valueOf("$addDays('2026-03-28T09:00:00.000Z', 1)", {}, {}, env)).toBe('2026-03-29T08:00:00.000Z');
  });

  test('what is absent stays absent', async () => {
    for (const text of ["$date(x, 'iso')", '$addDays(x, 1)', "$addDays('2026-11-24', x)", "$dateFormat(x, 'YYYY')"]) {
      expect(await valueOf(text)).toBeUndefined();
    }
  });

  test.each([
    ["$date('31.02.2026', 'DD.MM.YYYY')", 'DATE_UNREADABLE'],
    ["$date('24.11.2026', 'iso')", 'DATE_UNREADABLE'],
    ["$date('24.11.2026', 'dd.mm.yyyy')", 'DATE_FORMAT'],
    ["$dateFormat('soon', 'DD.MM.YYYY')", 'DATE_UNREADABLE'],
    ["$dateFormat('2026-11-24', 'DD.MM.YYYY', 'de')", 'EXPRESSION_FAILED'],
    ['$today(0.5)', 'EXPRESSION_FAILED'],
    ["$addDays('2026-11-24', 10000000)", 'EXPRESSION_FAILED'],
  ])('%s is refused', async (text, code) => expect((await problemOf(() => valueOf(text))).code).toBe(code));
});

describe('$dateFormat', () => {
  test.each([
    ["$dateFormat('2026-11-24', 'DD.MM.YYYY')", '24.11.2026'],
    ["$dateFormat('2026-11-24', 'odata')", '/Date(1795478400000)/'],
    ["$dateFormat('2026-11-24T02:30:00.250Z', 'odata')", '/Date(1795487400250)/'],
    ["$dateFormat('2026-11-04', 'D.M.YY')", '4.11.26'],
    ["$dateFormat('2026-11-24', 'D MMMM YYYY г.', 'ru')", '24 ноября 2026 г.'],
    ["$dateFormat('2026-11-24', 'MMMM YYYY', 'ru')", 'ноябрь 2026'],
    ["$dateFormat('2026-05-01', 'D MMM', 'ru')", '1 мая'],
    ["$dateFormat('2026-11-24', 'D MMMM YYYY', 'en')", '24 November 2026'],
    ["$dateFormat('2026-11-24', 'MMMM')", 'November'],
    ["$dateFormat('2026-11-24', 'YYYY[ Y ]MM')", '2026 Y 11'],
    ["$dateFormat('2026-11-24T02:30:15.007Z', 'YYYY-MM-DDTHH:mm:ss.SSS')", '2026-11-24T05:30:15.007'],
    ['$dateFormat($now(), "H:mm")', '5:30'],
    ['$dateFormat(0, "DD.MM.YYYY HH:mm")', '01.01.1970 03:00'],
  ])('%s', async (text, expected) => expect(await valueOf(text)).toBe(expected));

  test("without a language it is the workspace's", async () => {
    const env = { ...environment, language: 'ru' as const };
    expect(await valueOf("$dateFormat('2026-11-24', 'D MMMM')", {}, {}, env)).toBe('24 ноября');
  });
});
