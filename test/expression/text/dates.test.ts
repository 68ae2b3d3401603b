import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { checkDateFormat, parseDate } from '../../../src/expression/index.ts';
import { localTime, momentOf } from '../../../src/expression/text/zones.ts';
import { problemOf } from '../environment.ts';

const zone = 'Europe/Moscow';

describe('a date is read by its format', () => {
  test.each([
    ['24.11.2026', 'DD.MM.YYYY', '2026-11-24'],
    [' 24.11.2026 ', 'DD.MM.YYYY', '2026-11-24'],
    ['4.1.2026', 'D.M.YYYY', '2026-01-04'],
    ['24/11/26', 'DD/MM/YY', '2026-11-24'],
    ['24/11/69', 'DD/MM/YY', '1969-11-24'],
    ['20261124', 'YYYYMMDD', '2026-11-24'],
    ['29.02.2024', 'DD.MM.YYYY', '2024-02-29'],
    ['24.11.2026 05:30', 'DD.MM.YYYY HH:mm', '2026-11-24T02:30:00.000Z'],
    ['24.11.2026  5:30', 'DD.MM.YYYY H:mm', '2026-11-24T02:30:00.000Z'],
    ['2026-11-24T05:30:01.250', 'YYYY-MM-DDTHH:mm:ss.SSS', '2026-11-24T02:30:01.250Z'],
    ['24.11.2026 г.', 'DD.MM.YYYY г.', '2026-11-24'],
    ['2026-11-24', 'iso', '2026-11-24'],
    ['2026-11-24T05:30', 'iso', '2026-11-24T02:30:00.000Z'],
    ['2026-11-24 05:30:00', 'iso', '2026-11-24T02:30:00.000Z'],
    ['2026-11-24T05:30:00Z', 'iso', '2026-11-24T05:30:00.000Z'],
    ['2026-11-24T05:30:00.1234567+05:00', 'iso', '2026-11-24T00:30:00.123Z'],
    ['2026-11-24T05:30-0330', 'iso', '2026-11-24T09:00:00.000Z'],
    ['1', 'serial', '1900-01-01'],
    ['59', 'serial', '1900-02-28'],
    ['61', 'serial', '1900-03-01'],
    ['46350', 'serial', '2026-11-24'],
    ['46350,5', 'serial', '2026-11-24T09:00:00.000Z'],
    ['46350.229166666664', 'serial', '2026-11-24T02:30:00.000Z'],
    ['1795487400', 'unix', '2026-11-24T02:30:00.000Z'],
    ['1795487400250', 'unixms', '2026-11-24T02:30:00.250Z'],
    ['/Date(1795478400000)/', 'odata', '2026-11-24'],
    ['/Date(-86400000)/', 'odata', '1969-12-31'],
    ['/Date(1795487400250)/', 'odata', '2026-11-24T02:30:00.250Z'],
    ['/Date(1795478400000+0180)/', 'odata', '2026-11-24T00:00:00.000Z'],
    ['/Date(253402214400000)/', 'odata', '9999-12-31'],
  ])('%j as %s', (text, format, expected) => expect(parseDate(text, format, zone)).toBe(expected));

  test('the first format that fits wins', () => {
    expect(parseDate('46350', ['DD.MM.YYYY', 'serial'], zone)).toBe('2026-11-24');
    expect(parseDate(46350, ['DD.MM.YYYY', 'serial'], zone)).toBe('2026-11-24');
  });
});

describe('what is no date is refused, and not told', () => {
  test.each([
    ['31.02.2026', 'DD.MM.YYYY'],
    ['29.02.2026', 'DD.MM.YYYY'],
    ['00.11.2026', 'DD.MM.YYYY'],
    ['24.13.2026', 'DD.MM.YYYY'],
    ['24.11.2026 24:00', 'DD.MM.YYYY HH:mm'],
    ['2026-02-30', 'iso'],
    ['60', 'serial'],
    ['0', 'serial'],
    ['9999999', 'serial'],
  ])('%j as %s does not exist', async (text, format) => {
    const problem = await problemOf(() => parseDate(text, format, zone));
    expect(problem).toMatchObject({ code: 'DATE_UNREADABLE', class: 'data' });
    expect(problem.message).toBe(`A date has the right form, but there is no such day or time; expected ${format}.`);
  });

  test.each([
    ['24.11.26', 'DD.MM.YYYY'],
    ['4.11.2026', 'DD.MM.YYYY'],
    ['24.11.2026 05:30', 'DD.MM.YYYY'],
    ['24x11x2026', 'DD.MM.YYYY'],
    ['', 'iso'],
    ['12.5.1', 'serial'],
    ['soon', 'unix'],
  ])('%j is not %s', async (text, format) => {
    const problem = await problemOf(() => parseDate(text, format, zone));
    expect(problem.message).toBe(`A text is not a date; expected ${format}.`);
  });
});

test.each(['', 'yyyy-mm-dd', 'DD.MM', 'DD.MM.YYYY DD', 'DD MMMM YYYY', 'YYY-MM-DD', 'hh:mm DD.MM.YYYY'])(
  'the format %j is refused',
  async (format) => {
    const problem = await problemOf(() => checkDateFormat(format));
    expect(problem).toMatchObject({ code: 'DATE_FORMAT', class: 'config' });
  },
);

test('a wrong letter is told with what was meant', async () => {
  expect((await problemOf(() => checkDateFormat('DD.MM.YYY'))).fix).toContain('Did you mean YYYY?');
});

test.each([
  ['%d.%m.%Y', 'DD.MM.YYYY'],
  ['%-d.%-m.%y', 'D.M.YY'],
  ['%F %T', 'YYYY-MM-DD HH:mm:ss'],
  ['dd.MM.yyyy HH:mm', 'DD.MM.YYYY HH:mm'],
  ['hh:mm dd.mm.yyyy', 'HH:mm DD.MM.YYYY'],
  ['d.m.Y H:i:s', 'DD.MM.YYYY HH:mm:ss'],
])('%s of another tool is told as %s', async (picture, ours) => {
  expect((await problemOf(() => checkDateFormat(picture))).fix).toBe(`Write ${ours}.`);
  expect(() => checkDateFormat(ours)).not.toThrow();
});

test.each(['%j %Y', 'jj.mm.aaaa', 'x'])('%s can not be translated, and what is known is listed', async (picture) => {
  expect((await problemOf(() => checkDateFormat(picture))).fix).toContain('Known are YYYY');
});

test('a date written by its format is read back', () => {
  const days = fc.date({ min: new Date('1900-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(days, (day) => {
      const iso = day.toISOString().slice(0, 10);
      expect(parseDate(iso.split('-').reverse().join('.'), 'DD.MM.YYYY', zone)).toBe(iso);
    }),
  );
});

test('local time and moment are each other’s inverse', () => {
  const moments = fc.integer({ min: Date.UTC(1970, 0), max: Date.UTC(2037, 0) });
  const zones = fc.constantFrom('UTC', 'Europe/Moscow', 'Asia/Yekaterinburg', 'Asia/Kolkata', 'Pacific/Kiritimati');
  fc.assert(
    fc.property(moments, zones, (moment, timezone) => {
      const time = localTime(moment, timezone);
      const back = momentOf(time, timezone);
      // An hour that clocks show twice is read as the earlier one.
      expect(localTime(back, timezone)).toEqual(time);
      expect(back).toBeLessThanOrEqual(moment);
    }),
  );
});

test('a time that clocks leap over moves on by the leap', () => {
  const time = { year: 2026, month: 3, day: 29, hour: 2, minute: 30, second: 0, millisecond: 0 };
  expect(new Date(momentOf(time, 'Europe/Berlin')).toISOString()).toBe('2026-03-29T01:30:00.000Z');
});
