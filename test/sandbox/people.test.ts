import { createHash } from 'node:crypto';
import iconv from 'iconv-lite';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import {
  columns,
  departments,
  generatePeople,
  nextNight,
  positions,
  positionsCsv,
  streamPeopleCsv,
  toCsv,
  usualDirt,
  type Person,
} from '../../src/sandbox/people/index.ts';

const people = generatePeople({ count: 10_000, seed: 7 });
const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

function rowsOf(csv: Buffer): Record<string, string>[] {
  return parse(iconv.decode(csv, 'windows-1251'), { delimiter: ';', columns: true, record_delimiter: '\r\n' });
}

describe('the generator of people', () => {
  it('the same seed gives the same people, another seed others', () => {
    expect(generatePeople({ count: 10_000, seed: 7 })).toEqual(people);
    expect(generatePeople({ count: 10, seed: 8 })).not.toEqual(generatePeople({ count: 10, seed: 7 }));
  });

  it('tab numbers and addresses are unique, and keys come in no order', () => {
    const numbers = people.map(({ tabNumber }) => Number(tabNumber)).sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 10_000 }, (_, index) => index + 1));
    expect(new Set(people.map(({ email }) => email.toLowerCase())).size).toBe(10_000);
    const ascending = people.filter(({ tabNumber }, index) => index > 0 && tabNumber > people[index - 1]!.tabNumber);
    expect(ascending.length).toBeGreaterThan(4_500);
    expect(ascending.length).toBeLessThan(5_500);
    expect(people[0]!.tabNumber).toMatch(/^\d{6}$/);
  });

  it('names agree with the gender, check digits and dates are right', () => {
    for (const { firstName, middleName, lastName, snils, hiredOn, email } of people.slice(0, 500)) {
      expect(middleName.endsWith('на')).toBe(/[ая]$/.test(lastName));
      expect(/[ая]$|Любовь$/.test(firstName) || ['Илья', 'Никита'].includes(firstName)).toBe(
        middleName.endsWith('на') || ['Илья', 'Никита'].includes(firstName),
      );
      const digits = snils.replace(/\D/g, '');
      const sum = [...digits.slice(0, 9)].reduce((total, digit, place) => total + Number(digit) * (9 - place), 0);
      expect(Number(digits.slice(9))).toBe((sum % 101) % 100);
      expect(new Date(hiredOn).toISOString().slice(0, 10)).toBe(hiredOn);
      expect(email).toMatch(/^[a-z]+\.[a-z]+\d+@company\.example$/);
    }
  });

  it('every position code stands in the table', () => {
    const codes = positionsCsv
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',')[0]);
    expect(codes).toEqual(positions.map(({ code }) => code));
    expect(people.every(({ positionCode }) => codes.includes(positionCode))).toBe(true);
  });

  it('without dirt the file says what the people are', () => {
    const { csv, rows, unusableRows, usablePeople } = toCsv(people);
    const read = rowsOf(csv);
    expect(Object.keys(read[0]!)).toEqual([...columns]);
    expect([read.length, rows, unusableRows, usablePeople]).toEqual([10_000, 10_000, 0, 10_000]);
    const [first, person] = [read[0]!, people[0]!];
    expect(first['Табельный номер']).toBe(person.tabNumber);
    expect(first['Телефон']!.replace(/\D/g, '').slice(1)).toBe(person.phone.slice(2));
    expect(first['Дата приёма']).toMatch(/^\d\d\.\d\d\.\d{4}$/);
  });

  it('the usual dirt is there in the counts that are said', () => {
    const written = toCsv(people, { dirt: true, seed: 3 });
    expect(written.dirt).toEqual(usualDirt);
    expect(written.rows).toBe(10_020);
    expect(written.unusableRows).toBe(20 + 20 + 1 + 3 + 2 * 5);
    expect(written.usablePeople).toBe(10_000 - 44 - 5);
    expect(hash(toCsv(people, { dirt: true, seed: 3 }).csv)).toBe(hash(written.csv));
    expect(hash(toCsv(people, { dirt: true, seed: 4 }).csv)).not.toBe(hash(written.csv));
  });

  it('each kind of dirt can be seen in the file', () => {
    const { unclosedQuote: _, ...dirt } = usualDirt;
    const read = rowsOf(toCsv(people, { dirt, seed: 3 }).csv);
    const count = (isDirty: (row: Record<string, string>) => boolean) => read.filter(isDirty).length;
    expect(count((row) => !row['Фамилия']!.trim())).toBe(dirt.blankLastName + dirt.spreadsheetCell);
    expect(count((row) => row['Почта'] === '-')).toBe(dirt.dashEmail);
    expect(count((row) => row['Табельный номер']!.length < 6)).toBe(dirt.lostZeros);
    expect(count((row) => /[;"\n]/.test(row['Город']!) && !/^[=@+-]/.test(row['Город']!))).toBe(dirt.quotedCell);
    expect(count((row) => /^[=@+-]/.test(row['Город']!))).toBe(dirt.spreadsheetCell);
    expect(count((row) => /^ .* {2}$/.test(row['Фамилия']!))).toBe(dirt.spaces);
    expect(count((row) => !isRealDate(row['Дата приёма']!))).toBe(dirt.wrongDate);
    expect(count((row) => !/^8 \(\d{3}\) \d{3}-\d\d-\d\d$/.test(row['Телефон']!))).toBe(dirt.phoneFormat);
    const texts = read.map((row) => JSON.stringify(row));
    expect(texts.length - new Set(texts).size).toBe(dirt.exactDuplicate);
    const numbers = read.map((row) => row['Табельный номер']);
    expect(numbers.length - new Set(numbers).size).toBe(dirt.exactDuplicate + dirt.conflictingDuplicate);
  });

  it('an unclosed quote stands about the middle and breaks a strict reader', () => {
    const { csv } = toCsv(people, { dirt: { unclosedQuote: 1 } });
    expect(() => rowsOf(csv)).toThrow(/[Qq]uote/);
    const lines = iconv.decode(csv, 'windows-1251').split('\r\n');
    const place = lines.findIndex((line) => (line.match(/"/g) ?? []).length % 2 === 1);
    expect(place / lines.length).toBeGreaterThan(0.3);
    expect(place / lines.length).toBeLessThan(0.7);
  });

  it('dirt for more people than there are is refused', () => {
    expect(() => toCsv(people.slice(0, 5), { dirt: { blankLastName: 6 } })).toThrow('too few people');
  });
});

function isRealDate(text: string): boolean {
  const iso = text.split('.').reverse().join('-');
  const date = new Date(`${iso}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso);
}

describe('the next night', () => {
  const first = toCsv(people, { dirt: true, seed: 3 });
  const night = nextNight(people, { seed: 5, except: first.plan.keys() });
  const before = new Map(people.map((person) => [person.tabNumber, person]));
  const after = new Map(night.people.map((person) => [person.tabNumber, person]));
  const differing = (names: (keyof Person)[]) =>
    [...after.values()]
      .filter((person) => before.has(person.tabNumber))
      .filter((person) => names.some((name) => person[name] !== before.get(person.tabNumber)![name]))
      .map(({ tabNumber }) => tabNumber)
      .sort();

  it('says exactly what it did', () => {
    expect([...after.keys()].filter((key) => !before.has(key)).sort()).toEqual([...night.hired].sort());
    expect([...before.keys()].filter((key) => !after.has(key)).sort()).toEqual([...night.vanished].sort());
    expect(differing(['department'])).toEqual([...night.moved].sort());
    expect(differing(['status'])).toEqual([...night.dismissed].sort());
    expect(differing(['lastName'])).toEqual([...night.renamed].sort());
    expect(differing(['email', 'phone', 'hiredOn', 'position', 'city', 'snils'])).toEqual([]);
    expect(
      [night.hired, night.moved, night.dismissed, night.vanished, night.renamed].map((keys) => keys.length),
    ).toEqual([30, 50, 20, 10, 3]);
    expect(night.moved.every((key) => departments.includes(after.get(key)!.department))).toBe(true);
  });

  it('leaves alone whom it shall leave alone', () => {
    const touched = [...night.moved, ...night.dismissed, ...night.vanished, ...night.renamed];
    expect(touched.filter((key) => first.plan.has(key))).toEqual([]);
  });

  it('takes the amounts and the hiring date that are wanted, and the same seed gives the same night', () => {
    const options = { seed: 9, hired: 2, moved: 0, dismissed: 1, vanished: 4, renamed: 0, hiredOn: '2026-12-01' };
    const other = nextNight(people, options);
    expect(other).toEqual(nextNight(people, options));
    expect(other.people).toHaveLength(9_998);
    expect(other.people.filter(({ hiredOn }) => hiredOn === '2026-12-01')).toHaveLength(2);
  });

  it('the plan of the first file keeps the dirt with the same people', () => {
    const second = toCsv(night.people, { dirt: first.plan, seed: 3 });
    expect(second.dirt).toEqual(first.dirt);
    expect(second.usablePeople).toBe(first.usablePeople + night.hired.length - night.vanished.length);
  });
});

describe('the stream of people', () => {
  it('gives the same bytes as the whole file, in chunks', () => {
    const chunks = [...streamPeopleCsv({ count: 10_000, seed: 7 })];
    expect(chunks.length).toBeGreaterThan(5);
    expect(hash(Buffer.concat(chunks))).toBe(hash(toCsv(people).csv));
  });

  it('moves the share of people that is wanted', () => {
    const read = rowsOf(Buffer.concat([...streamPeopleCsv({ count: 10_000, seed: 7, movedShare: 0.02 })]));
    const moved = read.filter((row, index) => row['Подразделение'] !== people[index]!.department);
    expect(moved.length).toBeGreaterThan(150);
    expect(moved.length).toBeLessThan(250);
  });

  it('makes each row only when it is asked for, whatever the size of the file', () => {
    const stream = streamPeopleCsv({ count: 1_000_000_000 });
    const chunks = Array.from({ length: 3 }, () => stream.next().value as Buffer);
    for (const chunk of chunks) expect(chunk.length).toBeLessThan(200_000);
    const keys = rowsOf(Buffer.concat(chunks)).map((row) => row['Табельный номер']!);
    expect(new Set(keys).size).toBe(keys.length);
    expect(Math.max(...keys.map(Number))).toBeGreaterThan(900_000_000);
  });
});
