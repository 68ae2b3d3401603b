import { describe, expect, test } from 'vitest';
import { checkAgainst, kindsSchema } from '../../../src/language/catalogue/index.ts';
import { field } from '../../../src/connect/sdk/index.ts';

const about = 'A sentence.';
const sftp = field.object(
  {
    path: field.text({ about }),
    pick: field.choice(['newest', 'all'], { about, optional: true }),
    taskId: field.integer({ about, optional: true }),
    settle: field.duration({ about, optional: true }),
  },
  { about },
);
const accept = field.object({ taskId: field.integer({ about }) }, { about });
const users = field.object({}, { about });
const condition = field.condition({ about });
const map = field.shape({ about, type: 'object' });
const step = kindsSchema(
  {
    filter: { options: condition.schema, beside: ['when'] },
    map: { options: map.schema, beside: ['when'] },
    sftp: { options: sftp.schema, beside: ['when', 'connection', 'format'], required: ['format'] },
    'equeo.users': { options: users.schema, beside: ['when', 'connection'] },
    call: {
      options: kindsSchema({ 'equeo.tasks.accept': { options: accept.schema, beside: [] } }, {}, about),
      beside: ['keep'],
    },
  },
  {
    when: { type: 'string' },
    connection: { type: 'string' },
    format: { enum: ['csv'] },
    keep: { type: 'boolean' },
  },
  about,
);
const schema = { type: 'object', properties: { steps: { type: 'array', items: step } } };
const faultsOf = (item: unknown) => checkAgainst(schema, { steps: [item] });
const only = (item: unknown) => {
  const faults = faultsOf(item);
  expect(faults, JSON.stringify(faults, undefined, 1)).toHaveLength(1);
  return faults[0];
};

describe('exactly one fault for each mistake', () => {
  test.each<[string, unknown, object]>([
    ['a misspelt kind', { fliter: 'a' }, { pointer: '/steps/0/fliter', code: 'UNKNOWN_KIND', nearest: 'filter' }],
    [
      'a misspelt kind with words beside it',
      { fliter: 'a', when: 'b' },
      { pointer: '/steps/0/fliter', code: 'UNKNOWN_KIND', nearest: 'filter' },
    ],
    [
      'a misspelt option',
      { sftp: { path: 'a', pik: 'all' }, format: 'csv' },
      { pointer: '/steps/0/sftp/pik', atKey: true, code: 'UNKNOWN_KEY', nearest: 'pick' },
    ],
    [
      'a misspelt required option, whose absence is the same mistake',
      { call: { 'equeo.tasks.accept': { taskid: 1 } } },
      { pointer: '/steps/0/call/equeo.tasks.accept/taskid', code: 'UNKNOWN_KEY', nearest: 'taskId' },
    ],
    ['two kinds', { filter: 'a', map: { a: 1 } }, { pointer: '/steps/0/map', atKey: true, code: 'TWO_KINDS' }],
    ['only words', { when: 'x' }, { pointer: '/steps/0', atKey: false, code: 'NO_KIND' }],
    ['an empty map', {}, { pointer: '/steps/0', code: 'NO_KIND' }],
    [
      'a misspelt operation',
      { call: { 'equeo.tasks.acept': { taskId: 1 } } },
      { pointer: '/steps/0/call/equeo.tasks.acept', code: 'UNKNOWN_KIND', nearest: 'equeo.tasks.accept' },
    ],
    [
      'a misspelt bare name',
      'equeo.user',
      { pointer: '/steps/0', atKey: false, code: 'UNKNOWN_KIND', nearest: 'equeo.users' },
    ],
    ['a misspelt word', { filter: 'a', wen: 'b' }, { pointer: '/steps/0/wen', code: 'UNKNOWN_KEY', nearest: 'when' }],
    [
      'an option beside its kind',
      { sftp: { path: 'a' }, format: 'csv', pick: 'all' },
      { pointer: '/steps/0/pick', code: 'WRONG_PLACE', write: 'indent `pick` under `sftp`' },
    ],
    [
      'a word of another kind',
      { filter: 'a', keep: true },
      { pointer: '/steps/0/keep', code: 'WRONG_PLACE', expected: '`when` beside it; `keep` stands beside `call` only' },
    ],
    [
      'a word under the kind',
      { sftp: { path: 'a', connection: 'hr' }, format: 'csv' },
      { pointer: '/steps/0/sftp/connection', code: 'WRONG_PLACE', expected: 'it beside `sftp`' },
    ],
    ['a kind left empty', { sftp: null, format: 'csv' }, { pointer: '/steps/0/sftp', atKey: true, code: 'WRONG_TYPE' }],
    ['a bare name that needs options', 'sftp', { pointer: '/steps/0', code: 'MISSING_KEY' }],
    ['a missing word', { sftp: { path: 'a' } }, { pointer: '/steps/0/sftp', code: 'MISSING_KEY' }],
    ['a misspelt missing word', { sftp: { path: 'a' }, fromat: 'csv' }, { code: 'UNKNOWN_KEY', nearest: 'format' }],
    ['a missing option', { sftp: {}, format: 'csv' }, { pointer: '/steps/0/sftp', atKey: true, code: 'MISSING_KEY' }],
    [
      'a value that is not listed',
      { sftp: { path: 'a', pick: 'newst' }, format: 'csv' },
      { pointer: '/steps/0/sftp/pick', atKey: false, code: 'NOT_ALLOWED_VALUE', nearest: 'newest' },
    ],
    ['another type', { sftp: { path: 1 }, format: 'csv' }, { pointer: '/steps/0/sftp/path', code: 'WRONG_TYPE' }],
    ['an empty text', { sftp: { path: '' }, format: 'csv' }, { pointer: '/steps/0/sftp/path', code: 'WRONG_FORM' }],
    [
      'an unreadable duration',
      { sftp: { path: 'a', settle: 'soon' }, format: 'csv' },
      { code: 'WRONG_FORM', expected: 'a duration such as `30s`, `5m` or `2 days`' },
    ],
    ['a list instead of an item', [1], { pointer: '/steps/0', code: 'WRONG_TYPE' }],
  ])('%s', (_name, item, expected) => {
    expect(only(item)).toMatchObject(expected);
  });

  test('a right item has none', () => {
    expect(faultsOf({ filter: 'a', when: 'b' })).toEqual([]);
    expect(faultsOf('equeo.users')).toEqual([]);
    expect(faultsOf({ sftp: { path: 'a', settle: '30s' }, format: 'csv', connection: 'hr' })).toEqual([]);
  });

  test('two mistakes are two faults, in the order of the document', () => {
    const faults = checkAgainst(schema, {
      steps: [
        { wen: 'a', filter: 'x' },
        { sftp: { pth: 'a' }, format: 'cvs' },
      ],
    });
    expect(faults.map(({ pointer, code }) => [pointer, code])).toEqual([
      ['/steps/0/wen', 'UNKNOWN_KEY'],
      ['/steps/1/sftp/pth', 'UNKNOWN_KEY'],
      ['/steps/1/format', 'NOT_ALLOWED_VALUE'],
    ]);
  });

  test('a text that is filled in later passes as anything', () => {
    const item = { sftp: { path: 'a', settle: '${SETTLE}', taskId: '${ID:-1}' }, format: 'csv' };
    expect(checkAgainst(schema, { steps: [item] }, { unfilled: true })).toEqual([]);
    expect(faultsOf(item)).toHaveLength(2);
  });

  test('the value of a secret is not shown', () => {
    const secret = { type: 'object', properties: { token: { type: 'string', pattern: '^t-', secret: true } } };
    expect(JSON.stringify(checkAgainst(secret, { token: 'hunter2' }))).not.toContain('hunter2');
  });
});
