import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { checkAgainst, loadCatalogue } from '../../../src/language/catalogue/index.ts';

const { documents } = loadCatalogue();
type Kind = keyof typeof documents;
const faultsOf = (yaml: string) => {
  const value = parse(yaml) as Record<string, unknown>;
  return checkAgainst(documents[Object.keys(value)[0] as Kind], value);
};
const told = (yaml: string) =>
  faultsOf(yaml).map(({ pointer, code, nearest }) => `${pointer} ${code}${nearest === undefined ? '' : ` ${nearest}`}`);

const employees = `
pipeline: employees
title: Employees from HR into the LMS
schedule: { cron: '30 2 * * *', overlap: skip, missed: once, late: '06:00' }
params: { period: { default: =$month(-1), pattern: '^\\d{4}-\\d\\d$' } }
source:
  sftp:
    path: /out/employees_*.csv
    pick: newest
    settle: 30s
    none: fail
    empty: allow
    then: { move: /archive/ }
  connection: hr
  format: { csv: { delimiter: ';', encoding: windows-1251 } }
  feed: full
record:
  key: tab_no
  gone: status = 'dismissed'
  fields:
    tab_no: { from: Табельный номер, text: 6 }
    last_name: { from: Фамилия, required: true, personal: true }
    first_name: { from: [Имя, Name], personal: true }
    email: { personal: true, none: ['-', 'нет'] }
    hired: { from: Дата приёма, date: [DD.MM.YYYY, serial] }
    rate: { number: '1 234,5' }
    hours: { number: true }
    groups: { list: ',' }
steps:
  - filter: department in ['Sales', 'Retail'] or hired >= $today(-90)
  - map:
      externalId: =tab_no
      language: ru
    when: $exists(email)
    as: mapped
  - validate: { required: [lastName], unique: [email], properties: { email: { type: string, format: email } } }
  - diff:
      snapshot: people
      missing: { after: 2 days }
      leaves: keep
      protect: externalId in $table('admins')
      guard: { missing: 5%, leaves: 5%, update: 50%, create: 100, floor: 20, then: hold }
  - set: { password: =$password(12) }
    only: create
sink:
  - equeo.users
  - smtp: { to: '{{email}}', subject: Welcome, body: templates/invitation.html }
    only: [create]
    when: $exists(email)
    connection: mail
errors: { tolerate: 2% }
report:
  - sftp: { path: '/reports/{{$pipeline}}-{{$run.date}}.csv' }
    format: csv
`;

const workspace = `
workspace: acme
version: 1
timezone: Europe/Moscow
language: ru
store: \${PORTOLAN_STORE:-sqlite:.portolan/state.db}
connections:
  hr:
    sftp: { host: '\${HR_HOST}', port: '\${PORT}', username: equeo, privateKey: '\${file:/run/secrets/hr_key}', hostKey: 'SHA256:uNiVztksCsDhcc0u9e8BrrJXVGHZL1C6lb2uEtMyTgg' }
  lms:
    equeo: { url: '\${LMS_URL}', token: '\${LMS_TOKEN}' }
tables:
  positions: tables/positions.csv
  admins: [anna, boris]
  cities: { msk: Moscow }
key: '\${file:/run/secrets/portolan_key}'
limits: { missing: 50/day, memory: 512MB, disk: 20GB }
`;

const check = `
check: employees
now: 2026-11-24T02:30
cases:
  - name: a dismissed employee is blocked, not deleted
    source: fixtures/two-dismissed.csv
    known: fixtures/known.json
    params: { period: 2026-10 }
    expect: { read: 2, create: 0, missing: 2, rejected: 0, sent: fixtures/expected.json }
`;

describe('the documents of the language', () => {
  test('a pipeline with every key is right', () => {
    expect(faultsOf(employees)).toEqual([]);
  });
  test('a workspace with every key is right, and may hold references', () => {
    expect(faultsOf(workspace)).toEqual([]);
  });
  test('a check with every key is right', () => {
    expect(faultsOf(check)).toEqual([]);
  });
  test('the plain form of a pipeline needs no steps', () => {
    expect(told('pipeline: p\nsource: equeo.users\nfilter: a\nmap: { a: =b }\nsink: equeo.users')).toEqual([]);
  });
});

describe('what is not of the language is told once, at its key', () => {
  const pipeline = (key: string, value: string) =>
    told(`pipeline: p\nsource: equeo.users\nsink: equeo.users\n${key}: ${value}`);
  const step = (text: string) => told(`pipeline: p\nsource: equeo.users\nsink: equeo.users\nsteps: [${text}]`);
  const inWorkspace = (text: string) => told(`workspace: w\n${text}`);

  test.each([
    ['notify', '{}', '/notify UNKNOWN_KEY'],
    ['corrections', '{}', '/corrections NO_KIND'],
    ['schedule', '{ overlap: skip }', '/schedule MISSING_KEY'],
    ['schedule', "{ cron: '1 2 * * *', every: 5m }", '/schedule/every WRONG_PLACE'],
    ['schedule', '{ every: often }', '/schedule/every WRONG_FORM'],
    ['schedule', '{ every: 5m, after: [p] }', '/schedule/after WRONG_PLACE'],
    ['schedule', "{ every: 5m, late: '25:00' }", '/schedule/late WRONG_FORM'],
    ['params', "{ 'a-b': {} }", '/params/a-b WRONG_FORM'],
    ['params', "{ a: { pattern: '(' } }", '/params/a/pattern WRONG_FORM'],
    ['record', '{ key: [] }', '/record/key OUT_OF_RANGE'],
    ['record', '{ kye: a }', '/record/kye UNKNOWN_KEY key'],
    ['record', '{ rows: { by: a } }', '/record/rows MISSING_KEY'],
    ['record', '{ fields: { a: { requird: true } } }', '/record/fields/a/requird UNKNOWN_KEY required'],
    ['record', "{ fields: { a: { date: iso, list: ',' } } }", '/record/fields/a/list WRONG_PLACE'],
    ['record', '{ fields: { a: { number: false } } }', '/record/fields/a/number WRONG_FORM'],
    ['record', '{ fields: { a: { text: 0 } } }', '/record/fields/a/text OUT_OF_RANGE'],
    ['record', '{ fields: { a: } }', '/record/fields/a WRONG_TYPE'],
    ['errors', '{ tolerate: -1 }', '/errors/tolerate OUT_OF_RANGE'],
    ['errors', '{ tolerate: two }', '/errors/tolerate WRONG_FORM'],
    ['report', 'equeo.users', '/report WRONG_TYPE'],
    ['report', '{ equeo.users: {}, format: csv }', '/report/equeo.users UNKNOWN_KIND'],
    ['report', '{ file: { path: a } }', '/report/file MISSING_KEY'],
    ['report', '{ file: { path: a }, format: csv, only: create }', '/report/only UNKNOWN_KEY'],
    ['map', '{}', '/map OUT_OF_RANGE'],
  ])('%s: %s', (key, value, expected) => {
    expect(pipeline(key, value)).toEqual([expected]);
  });

  test.each([
    ['{ diff: { macht: [email] } }', '/steps/0/diff/macht UNKNOWN_KEY'],
    ['{ diff: { missing: never } }', '/steps/0/diff/missing WRONG_FORM'],
    ['{ diff: { missing: {} } }', '/steps/0/diff/missing MISSING_KEY'],
    ['{ diff: { missing: { after: 2 runs } } }', '/steps/0/diff/missing/after WRONG_FORM'],
    ['{ diff: { guard: { missing: lots } } }', '/steps/0/diff/guard/missing WRONG_FORM'],
    ['{ diff: { guard: { then: wait } } }', '/steps/0/diff/guard/then NOT_ALLOWED_VALUE'],
    ['{ diff: {}, only: create }', '/steps/0/only WRONG_PLACE'],
    ['{ filter: a, as: b }', '/steps/0/as WRONG_PLACE'],
    ['{ set: { a: 1 }, only: delete }', '/steps/0/only NOT_ALLOWED_VALUE'],
    ['{ set: { a: 1 }, only: [create, delete] }', '/steps/0/only/1 NOT_ALLOWED_VALUE'],
    ['{ set: { a: 1 }, as: a-b }', '/steps/0/as WRONG_FORM'],
    ['{ validate: {} }', '/steps/0/validate OUT_OF_RANGE'],
    ['{ validate: { require: [a] } }', '/steps/0/validate/require UNKNOWN_KEY required'],
    ['{ spilt: {} }', '/steps/0/spilt UNKNOWN_KIND split'],
    ['map', '/steps/0 MISSING_KEY'],
  ])('a step %s', (text, expected) => {
    expect(step(text).map((fault) => fault.replace(/ (filter|set)$/, ''))).toEqual([expected]);
  });

  test.each([
    ['version: 2', '/version NOT_ALLOWED_VALUE'],
    ['language: de', '/language NOT_ALLOWED_VALUE'],
    ['store: postgres://x', '/store WRONG_FORM'],
    ['limits: { missing: 50 }', '/limits/missing WRONG_TYPE'],
    ['limits: { memory: lots }', '/limits/memory WRONG_FORM'],
    ['limits: { memory: 0 }', '/limits/memory OUT_OF_RANGE'],
    ['limits: { disk: 10TB }', '/limits/disk WRONG_FORM'],
    ['limits: { mising: 50/day }', '/limits/mising UNKNOWN_KEY missing'],
    ['notify: []', '/notify UNKNOWN_KEY'],
    ['connections: { a b: { file: { folder: in } } }', '/connections/a b WRONG_FORM'],
    ['connections: { a: { equeos: {} } }', '/connections/a/equeos UNKNOWN_KIND equeo'],
    ["connections: { a: { equeo: { url: 'https://x.example' } } }", '/connections/a/equeo MISSING_KEY'],
    ['connections: { a: { sftp: { host: h, username: u, port: many } } }', '/connections/a/sftp/port WRONG_FORM'],
    ['tables: { a: 1 }', '/tables/a WRONG_TYPE'],
    ['key: 1', '/key WRONG_TYPE'],
  ])('the workspace %s', (text, expected) => {
    expect(inWorkspace(text)).toEqual([expected]);
  });

  test.each([
    ['check: c\nnow: yesterday\ncases: [{ name: a, source: b, expect: { read: 1 } }]', '/now WRONG_FORM'],
    ["check: c\nnow: '2026-11-24'\ncases: []", '/cases OUT_OF_RANGE'],
    ["check: c\nnow: '2026-11-24'\ncases: [{ name: a, source: b, expect: {} }]", '/cases/0/expect OUT_OF_RANGE'],
    [
      "check: c\nnow: '2026-11-24'\ncases: [{ name: a, sourse: b, expect: { read: 1 } }]",
      '/cases/0/sourse UNKNOWN_KEY source',
    ],
    [
      "check: c\nnow: '2026-11-24'\ncases: [{ name: a, source: b, expect: { read: -1 } }]",
      '/cases/0/expect/read OUT_OF_RANGE',
    ],
  ])('a check %s', (text, expected) => {
    expect(told(text)).toEqual([expected]);
  });

  test('filter and map beside steps are both told', () => {
    expect(pipeline('steps', '[diff]\nfilter: a\nmap: { a: 1 }')).toEqual(['/filter WRONG_PLACE', '/map WRONG_PLACE']);
  });
});
