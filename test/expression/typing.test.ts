import { describe, expect, test } from 'vitest';
import { typesIn, type FieldTypes, type ValueType } from '../../src/expression/index.ts';
import { problemOf, valueOf } from './environment.ts';

const csv: FieldTypes = {
  named: new Map<string, ValueType>([
    ['rate', { is: 'number' }],
    ['hired', { is: 'date' }],
    ['groups', { is: 'list', of: { is: 'text' } }],
    ['tab_no', { is: 'text' }],
  ]),
  rest: 'column',
};
const json: FieldTypes = { named: csv.named };

const wrong: [text: string, offset: number, message: RegExp, fix: string][] = [
  ["rate > '100'", 0, /^`rate` is a number and `'100'` is a text, so `>` rejects every record/, 'Write `100`, '],
  ['age > 18', 0, /^`age` is a text \(record.fields does not say otherwise\)/, 'Write `age: { number:'],
  ['= age > 18', 2, /^`age` is a text/, 'Write `age: { number:'],
  ['code = 7', 0, /so `=` is never true$/, "or compare with the text '7'"],
  ['code != 7', 0, /so `!=` is true for every record that has it$/, "or compare with the text '7'"],
  ["hired > '01.02.2026'", 0, /is a date such as 2026-11-24 .* letter by letter$/, "Write '2026-02-01'"],
  ["hired = '2026-01'", 0, /never true/, "Write '2026-11-24'"],
  ["hired = ''", 0, /never true/, '`$not($exists(hired))`'],
  ['since >= $today(-90)', 0, /^`since` is a text .* `\$today\(…\)` is a date/, 'Write `since: { date: DD.MM.YYYY }`'],
  ['hired > since', 0, /letter by letter$/, 'Write `since: { date: DD.MM.YYYY }`'],
  ['hired > 2026', 0, /rejects every record/, "Write a date as a text, such as '2026-11-24'."],
  ["age in ['1', 2]", 13, /so `in` is never true$/, "text '2'"],
  ["groups = 'sales'", 0, /^`groups` is a list/, "Write `'sales' in groups`"],
  ['5 in groups', 0, /`an item of groups` is a text/, "Write the text '5'."],
  ["rate in $table('admins')", 0, /is a text, so `in` is never true$/, 'Write `$string(rate)`.'],
  ['groups > groups', 0, /rejects every record/, 'Lists have no order'],
  ['hired + 30', 0, /so `\+` rejects every record that has it$/, 'Write `$addDays(hired, 30)`.'],
  ['2 * age', 4, /^`age` is a text/, 'Write `age: { number:'],
  ["name + ' '", 0, /^`name` is a text/, 'Join texts with `&`.'],
  ['-age', 1, /^`age` is a text/, 'Write `age: { number:'],
  ['active = true', 0, /`true` is a boolean/, "Compare with the text that comes, such as 'true'."],
  ['($x := age; $x > 1)', 12, /^`\$x` is a text/, 'Write `age: { number:'],
  ['$filter(a, function($v){ $v = 1 and age > 1 })', 36, /^`age`/, 'Write `age: { number:'],
  ['Таб. номер', 0, /^`Таб` is a text .* nothing can be read out of it by `Таб. номер`$/, '`Таб. номер`'],
  ["$lowercase(x.y.z) & ''", 11, /out of it by `x.y.z`$/, '`x.y.z`'],
  ['rate.value', 0, /^`rate` is a number, so nothing/, 'backquotes'],
  ["$sum(groups.b) = '1'", 0, /^`\$sum\(…\)` is a number/, 'Write `1`, '],
  ["(age ? rate : 5) = '5'", 0, /^`the left side` is a number/, 'Write `5`, '],
  ['$round(age)', 7, /^`age` is a text .* `\$round` takes a number, so it rejects/, 'Write `age: { number:'],
  ['age ~> $round', 0, /`\$round` takes a number/, 'Write `age: { number:'],
  ["$round('5')", 7, /`\$round` takes a number/, 'Write `5`, without quotes.'],
  ['$lowercase(rate)', 11, /^`rate` is a number and `\$lowercase` takes a text/, 'Write `$string(rate)`.'],
  ['$transliterate(rate)', 15, /`\$transliterate` takes a text/, 'Write `$string(rate)`.'],
  ["$contains(groups, 'a')", 10, /^`groups` is a list/, 'Write `… in groups`'],
  ['$$.age > 1', 0, /^`\$\$\.age` is a text/, 'Write `age: { number:'],
];

describe('values that never fit are told where they begin', () => {
  test.each(wrong)('%s', (text, offset, message, fix) => {
    const { faults } = typesIn(text, csv);
    expect(faults).toHaveLength(1);
    expect(faults[0]?.offset).toBe(offset);
    expect(faults[0]?.message).toMatch(message);
    expect(faults[0]?.fix).toContain(fix);
  });

  const person = {
    rate: 5,
    age: '20',
    hired: '2026-02-01',
    since: '01.02.2026',
    groups: ['sales'],
    code: '7',
    name: 'x',
    active: 'true',
    a: [1, { b: 2 }],
  };
  test.each(wrong)('and a run has what was told: %s', async (text) => {
    const [fault] = typesIn(text, csv).faults;
    const expression = text.replace(/^=/, ' ');
    if (/rejects every record/.test(fault?.message ?? '')) {
      expect(await problemOf(() => valueOf(expression, person))).toMatchObject({ class: 'data' });
    } else if (/never true/.test(fault?.message ?? '') && /^\S+ (=|in) /.test(text)) {
      expect(await valueOf(expression, person)).toBe(false);
    }
  });
});

describe('what may be right is left alone', () => {
  test.each([
    'rate > 100',
    'rate > -5',
    '$number(age) > 18',
    'age ~> $number > 18',
    "age > '18'",
    'hired >= $today(-90)',
    "hired >= '2026'",
    "hired >= '2026-01-01T00:00'",
    'hired > $substring(x, 0, 10)',
    "'sales' in groups",
    "tab_no in $table('admins')",
    'a[b > 1].c',
    'groups.b > 1',
    'name.$length() > 1',
    'age ?? 5',
    'rate = $params.rate',
    '(age ? rate : name) = 5',
    '$filter(list, function($age){ $age > 1 })',
    '($number := function($x){ "a" }; $number(1) = "a")',
    'name & 5',
    '$substring(hired, 0, 4)',
    '$round(rate)',
    '$lowercase(groups.y)',
    '$length()',
    '$string(rate) & $number(age)',
    '$pad(tab_no, 6)',
    'missing = null',
  ])('%s', (text) => expect(typesIn(text, csv).faults).toEqual([]));

  test('a field of JSON may be of any type', () => {
    expect(typesIn('age > 18 and active = true and since > $today() and age + 1 > 2', json).faults).toEqual([]);
    expect(typesIn("rate > '1'", json).faults).toHaveLength(1);
  });

  test('a text that can not be read has no type', () => {
    expect(typesIn('age >', csv)).toEqual({ type: undefined, faults: [] });
  });
});

test.each<[string, ValueType | undefined]>([
  ['age', { is: 'text', column: 'age' }],
  ['rate * 2', { is: 'number' }],
  ["name & 'x'", { is: 'text' }],
  ['$addDays(hired, 3)', { is: 'date' }],
  ['age > "1" and true', { is: 'boolean' }],
  ['age ? hired : $today()', { is: 'date' }],
  ['age ? hired : rate', undefined],
  ['groups[0]', undefined],
  ['[1, 2]', { is: 'list' }],
  ["$lookup('positions', code)", undefined],
])('the type of %s', (text, type) => expect(typesIn(text, csv).type).toEqual(type));
