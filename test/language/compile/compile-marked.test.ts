import { expect, test } from 'vitest';
import { field, type Schema } from '../../../src/connect/sdk/index.ts';
import type { Environment, Expression, Shape, Template } from '../../../src/expression/index.ts';
import { compileMarked, durationMs, ratePerSecond, shareOf, sizeBytes } from '../../../src/language/compile/index.ts';
import { markedLeaves } from '../../../src/language/compile/schema-walk.ts';

const env: Environment = { now: 0, timezone: 'UTC', tables: () => undefined };
const about = 'It.';

test('every mark becomes what it stands for, and what is left out gets its default', async () => {
  const schema = field.object(
    {
      when: field.condition({ about }),
      of: field.reading({ about }),
      path: field.template({ about, place: 'filePath' }),
      json: field.shape({ about }),
      wait: field.duration({ about, optional: true, default: '30s' }),
      bytes: field.size({ about }),
      share: field.share({ about }),
      rate: field.rate({ about }),
      token: field.secret({ about }),
      pick: field.choice(['newest', 'all'], { about, optional: true, default: 'newest' }),
      retry: field.object(
        { attempts: field.integer({ about, optional: true, default: 6 }) },
        { about, optional: true },
      ),
    },
    { about },
  ).schema;
  const made = compileMarked(schema, {
    when: "=name = 'x'",
    of: 'name & 1',
    path: '/out/{{name}}.csv',
    json: { a: '=name', b: [1, '=none'] },
    bytes: '64KB',
    share: '5%',
    rate: '600/m',
    token: '${TOKEN}',
    retry: {},
  }) as {
    when: Expression;
    of: Expression;
    path: Template;
    json: Shape;
    wait: number;
    bytes: number;
    share: unknown;
    rate: number;
    token: string;
    pick: string;
    retry: unknown;
  };
  const record = { name: 'x' };
  expect(await made.when.evaluate(record, {}, env)).toBe(true);
  expect(await made.of.evaluate(record, {}, env)).toBe('x1');
  expect(await made.path.render(record, {}, env)).toBe('/out/x.csv');
  expect(await made.json.make(record, {}, env)).toEqual({ a: 'x', b: [1] });
  expect(made).toMatchObject({
    wait: 30_000,
    bytes: 65_536,
    share: { share: 0.05 },
    rate: 10,
    token: '${TOKEN}',
    pick: 'newest',
  });
  expect(made.retry).toEqual({ attempts: 6 });
  expect(Object.isFrozen(made)).toBe(true);
  expect(Object.isFrozen(made.retry)).toBe(true);
});

test('maps of any names, lists and one-or-a-list are walked', () => {
  const duration = field.duration({ about });
  const schema = field.object(
    {
      each: field.map(duration, { about }),
      list: field.list(duration, { about }),
      one: field.either(field.duration({ about }), field.list(duration, { about }), { about }),
    },
    { about },
  ).schema;
  expect(compileMarked(schema, { each: { a: '1s', b: '2s' }, list: ['1m'], one: ['1h'] })).toEqual({
    each: { a: 1000, b: 2000 },
    list: [60_000],
    one: [3_600_000],
  });
  expect(compileMarked(schema, { each: {}, list: [], one: '1h' })).toMatchObject({ one: 3_600_000 });
});

test('definitions are followed', () => {
  const schema: Schema = {
    type: 'object',
    properties: { a: { $ref: '#/$defs/wait' }, b: { type: 'array', items: { $ref: '#/$defs/wait' } } },
    $defs: { wait: { type: 'string', 'x-portolan': { as: 'duration' } } },
  };
  expect(compileMarked(schema, { a: '1s', b: ['2s'] })).toEqual({ a: 1000, b: [2000] });
  expect([...markedLeaves(schema, { a: '1s', b: ['2s'] })].map(({ path }) => path.join('/'))).toEqual(['a', 'b/0']);
});

test('a file of the workspace is inlined, as a template where it has a place', async () => {
  const schema = field.object(
    { body: field.workspaceFile({ about, place: 'html' }), sql: field.workspaceFile({ about }) },
    { about },
  ).schema;
  const files: Record<string, string> = { 'a.html': '<p>{{name}}</p>', 'b.sql': 'select 1' };
  const made = compileMarked(schema, { body: 'a.html', sql: 'b.sql' }, { readFile: (path) => files[path] ?? '' }) as {
    body: { template: Template };
    sql: unknown;
  };
  expect(await made.body.template.render({ name: '<b>' }, {}, env)).toBe('<p>&lt;b&gt;</p>');
  expect(made.sql).toEqual({ path: 'b.sql', text: 'select 1' });
  expect(() => compileMarked(schema, { body: 'a.html' })).toThrow(
    expect.objectContaining({ code: 'WORKSPACE_FILE_MISSING' }),
  );
});

test.each([
  ['500ms', 500],
  ['1.5s', 1500],
  ['5m', 300_000],
  ['90 minutes', 5_400_000],
  ['2h', 7_200_000],
  ['2 days', 172_800_000],
])('the duration %s is %d ms', (written, ms) => {
  expect(durationMs(written)).toBe(ms);
});

test('sizes are 1024 based, shares become parts of one, rates are by the second', () => {
  expect([sizeBytes('10B'), sizeBytes('1MB'), sizeBytes('1GiB'), sizeBytes(7)]).toEqual([
    10, 1_048_576, 1_073_741_824, 7,
  ]);
  expect([shareOf('2.5%'), shareOf(20), shareOf('20')]).toEqual([{ share: 0.025 }, { count: 20 }, { count: 20 }]);
  expect([ratePerSecond('10/s'), ratePerSecond('60/m'), ratePerSecond('3600/h')]).toEqual([10, 1, 1]);
});

test('what has no such form is told, never guessed', () => {
  const wrong = [
    () => durationMs('5 weeks'),
    () => sizeBytes('1TB'),
    () => shareOf('120%'),
    () => ratePerSecond('0/s'),
  ];
  for (const read of wrong) expect(read).toThrow(expect.objectContaining({ code: 'VALUE_UNREADABLE' }));
});
