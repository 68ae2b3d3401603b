import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compileShape, type Environment } from '../../../src/expression/index.ts';
import { compileConnector, compilePipeline, type Pipeline } from '../../../src/language/compile/index.ts';
import { isKeyPersonal, personalFields } from '../../../src/language/compile/personal.ts';
import type { Step } from '../../../src/language/compile/pipeline.ts';
import { checkWorkspace, loadTexts } from '../../../src/language/load/index.ts';
import { smallCatalogue } from '../small-catalogue.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'portolan-compile-'));
  mkdirSync(join(root, 'templates'));
  writeFileSync(join(root, 'templates/invitation.html'), '<p>Welcome, {{firstName}}</p>');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const env: Environment = { now: 0, timezone: 'UTC', tables: () => undefined };
const workspace = `workspace: acme
timezone: Europe/Moscow
language: ru
connections:
  hr: { sftp: { host: '\${HOST}', password: '\${PASSWORD}' } }
  mail: { smtp: { url: '\${SMTP}' } }
  lms: { equeo: { url: '\${URL}', token: '\${TOKEN}' } }
tables: { admins: [a-1], positions: { D1: Director } }
`;
const employees = `pipeline: employees
title: Employees
source:
  sftp: { path: '/out/employees_*.csv', ready: '{{$file.name}}.ok' }
  connection: hr
  format: { csv: { delimiter: ';', size: 1KB } }
  feed: full
record:
  key: tab_no
  gone: status = 'dismissed'
  fields:
    tab_no: { from: Табельный номер, text: 6 }
    last_name: { from: [Фамилия, Name], required: true, personal: true }
    email: { personal: true, none: ['-', 'нет'] }
    hired: { date: [DD.MM.YYYY, serial] }
    rate: { number: '1 234,5' }
    groups: { list: ',' }
    note:
steps:
  - filter: department in ['Sales', 'Retail']
  - map:
      externalId: =tab_no
      login: =$lowercase(email)
      firstName: =last_name
      position: =$lookup('positions', position_code, 'none')
      language: ru
  - validate: { required: [externalId], unique: [login] }
  - diff:
      missing: { after: 2 days }
      protect: externalId in $table('admins')
      guard: { missing: 5%, floor: 20, then: stop }
  - set: { password: =$password(12) }
    only: create
    when: $operation = 'create'
sink:
  - equeo.users
  - smtp: { to: '{{login}}', subject: Welcome, body: templates/invitation.html }
    only: [create, returned]
errors: { tolerate: 2% }
report:
  sftp: { path: '/reports/{{$pipeline}}.csv' }
  format: csv
`;
const load = (pipeline: string) =>
  loadTexts(root, [
    { file: 'portolan.yaml', text: workspace },
    { file: 'pipelines/employees.yaml', text: pipeline },
  ]);
const compile = (pipeline: string): Pipeline => compilePipeline(load(pipeline), 'employees', smallCatalogue);

test('a right pipeline gives no finding', () => {
  expect(checkWorkspace(load(employees), smallCatalogue)).toEqual([]);
});

test('the pipeline that the engine runs says everything that the document says', () => {
  const pipeline = compile(employees);
  expect(pipeline).toMatchObject({
    name: 'employees',
    title: 'Employees',
    sources: [
      {
        kind: 'sftp',
        connection: 'hr',
        feed: 'full',
        format: { kind: 'csv', options: { delimiter: ';', size: 1024 } },
      },
    ],
    sinks: [
      { kind: 'equeo.users', connection: 'lms' },
      { kind: 'smtp', connection: 'mail', only: ['create', 'returned'] },
    ],
    tolerate: { share: 0.02 },
    report: [{ kind: 'sftp', connection: 'hr', language: 'ru', format: { kind: 'csv', options: {} } }],
    timezone: 'Europe/Moscow',
  });
  expect(pipeline.sources[0]?.options).toMatchObject({ pick: 'newest', settle: 30_000 });
  expect(pipeline.hash).toMatch(/^[0-9a-f]{16}$/);
});

test('fields keep their rules', () => {
  expect(compile(employees).record.fields).toEqual([
    { name: 'tab_no', from: ['Табельный номер'], required: false, personal: false, none: [], text: 6 },
    { name: 'last_name', from: ['Фамилия', 'Name'], required: true, personal: true, none: [] },
    { name: 'email', from: ['email'], required: false, personal: true, none: ['-', 'нет'] },
    { name: 'hired', from: ['hired'], required: false, personal: false, none: [], date: ['DD.MM.YYYY', 'serial'] },
    { name: 'rate', from: ['rate'], required: false, personal: false, none: [], number: '1 234,5' },
    { name: 'groups', from: ['groups'], required: false, personal: false, none: [], list: ',' },
    { name: 'note', from: ['note'], required: false, personal: false, none: [] },
  ]);
});

test('steps come in order, with their words', async () => {
  const { steps } = compile(employees);
  expect(steps.map(({ kind, at }) => `${kind} ${at}`)).toEqual([
    'filter steps[0]',
    'map steps[1]',
    'validate steps[2]',
    'diff steps[3]',
    'set steps[4]',
  ]);
  const [filter, , validate, diff, set] = steps;
  expect(await (filter?.kind === 'filter' && filter.condition.evaluate({ department: 'Sales' }, {}, env))).toBe(true);
  expect(validate).toMatchObject({ schema: { required: ['externalId'] }, unique: ['login'] });
  expect(diff).toMatchObject({
    rule: {
      snapshot: 'employees',
      missing: { after: { days: 2 } },
      leaves: 'keep',
      guard: { missing: { share: 0.05 }, floor: 20, then: 'stop' },
    },
  });
  expect(set).toMatchObject({ only: ['create'], fields: ['password'] });
  expect(set?.when?.text).toBe("$operation = 'create'");
});

test('whatever is made of a personal field is personal', () => {
  expect(compile(employees).personal.toSorted()).toEqual(['email', 'firstName', 'last_name', 'login']);
});

const mapping = (map: string, field: string): Pipeline =>
  compile(`pipeline: employees
source: { sftp: { path: /a.csv }, connection: hr, format: csv, feed: full }
record: { key: tab_no, fields: { tab_no: , ${field} } }
map: { id: =tab_no, ${map} }
sink: equeo.users
`);
const personalField = 'email: { personal: true }';

test.each(['$string($)', '$', '$.*', '**', '$string()', '$$', 'groups.(%.email)'])(
  'what is made of the whole record by %s is personal where a field is',
  (text) => {
    expect(mapping(`all: "=${text}"`, personalField).personal.toSorted()).toEqual(['all', 'email']);
    expect(mapping(`all: "=${text}"`, 'other:').personal).toEqual([]);
  },
);

test('what is made of an answer about a person is personal, and of one about a record without personal fields not', () => {
  const parameters = compileShape({ id: '=tab_no' });
  const use = { kind: 'equeo.seen', options: {}, written: {} };
  const call: Step = { kind: 'call', at: 'steps[0]', as: 'seen', use, parameters, writes: false };
  const personalOf = (map: string, field: string): string[] => {
    const { record, steps } = mapping(map, field);
    return personalFields(record, [call, ...steps]).toSorted();
  };
  expect(personalOf('name: =$seen.name', personalField)).toEqual(['email', 'name']);
  expect(personalOf('month: =$params.month', personalField)).toEqual(['email']);
  expect(personalOf('name: =$seen.name', 'other:')).toEqual([]);
});

test('a key out of the whole record is personal where a field is, and so is what was or what the target gave', () => {
  const keyed = (key: string): boolean => isKeyPersonal(compile(employees.replace('key: tab_no', `key: ${key}`)));
  expect([keyed('$string($)'), keyed('tab_no'), keyed('email')]).toEqual([true, false, true]);
  const later = compile(employees.replace('{ password: =$password(12) }', '{ note: =$was.language, ref: =$kept.id }'));
  expect(later.personal).toEqual(expect.arrayContaining(['note', 'ref']));
});

test('the plain form is the same as steps: filter first, then map', () => {
  const plain = `pipeline: employees
source: { sftp: { path: /a.csv }, connection: hr, format: csv }
record: { key: [a, =b] }
map: { x: =a }
filter: a > 1
sink: { smtp: { to: '{{x}}', subject: Hi, body: templates/invitation.html } }
`;
  const pipeline = compile(plain);
  expect(pipeline.steps.map(({ kind, at }) => `${kind} ${at}`)).toEqual(['filter filter', 'map map']);
  expect(pipeline.record.key.map(({ text }) => text)).toEqual(['a', '=b']);
  expect(pipeline.sources[0]?.feed).toBe('changes');
  expect(pipeline.sinks).toHaveLength(1);
});

test('a diff without words looks for the missing in the first complete feed, a bare one too', () => {
  const rule = {
    snapshot: 'employees',
    missing: { after: { feeds: 1 } },
    leaves: 'keep',
    guard: { floor: 0, then: 'hold' },
  };
  const text = employees.replace(/ {2}- diff:\n( {6}.*\n)+/, '  - diff\n');
  expect(compile(text).steps[3]).toMatchObject({ kind: 'diff', rule });
  expect(
    compile(text.replace('- diff', '- diff: { snapshot: people, missing: ignore, leaves: missing }')).steps[3],
  ).toMatchObject({
    rule: { snapshot: 'people', missing: 'ignore', leaves: 'missing' },
  });
});

test('the rule changes with key, gone and filters, and with nothing else', () => {
  const { rule, hash } = compile(employees);
  const changed = (from: string, to: string) => compile(employees.replace(from, to));
  expect(changed("['Sales', 'Retail']", "['Sales']").rule).toEqual({
    ...rule,
    filter: expect.not.stringMatching(rule.filter) as unknown,
  });
  expect(changed("'dismissed'", "'left'").rule).toEqual({
    ...rule,
    gone: expect.not.stringMatching(rule.gone) as unknown,
  });
  expect(changed('key: tab_no', 'key: email').rule).toEqual({
    ...rule,
    key: expect.not.stringMatching(rule.key) as unknown,
  });
  expect(changed('text: 6', 'text: 7').rule.key).not.toBe(rule.key);
  for (const [from, to] of [
    ['language: ru', 'language: en'],
    ['title: Employees', 'title: People'],
    ['5%', '6%'],
    ['{ personal: true, none', '{ none'],
  ] as const) {
    const other = changed(from, to);
    expect(other.rule).toEqual(rule);
    expect(other.hash).not.toBe(hash);
  }
});

test('how a document is laid out changes no hash', () => {
  const { hash, rule } = compile(employees);
  const laidOut = employees
    .replace('# ', '')
    .replace('connection: hr\n  format', "connection: 'hr'   # the HR system\n  format");
  expect(compile(laidOut)).toMatchObject({ hash, rule });
});

test('`only: upsert` stands for create and update as well', () => {
  const text = employees.replace('only: create\n', 'only: upsert\n');
  expect(compile(text).steps[4]?.only).toEqual(['upsert', 'create', 'update']);
});

test('a pipeline is frozen to its leaves and holds no secret', () => {
  const pipeline = compile(employees);
  const loose: string[] = [];
  const walk = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null || path.includes('.written') || path.includes('.uses')) return;
    if (!Object.isFrozen(value)) loose.push(path);
    for (const [key, item] of Object.entries(value)) walk(item, `${path}.${key}`);
  };
  walk(pipeline, 'pipeline');
  expect(loose).toEqual([]);
});

test('an unknown name is told with the nearest one', () => {
  expect(() => compilePipeline(load(employees), 'employes', smallCatalogue)).toThrow(
    expect.objectContaining({ code: 'PIPELINE_UNKNOWN', fix: 'Did you mean "employees"?' }),
  );
  expect(() => compileConnector(load(employees), 'lms', smallCatalogue)).toThrow(
    expect.objectContaining({ code: 'CONNECTOR_UNKNOWN' }),
  );
});
