import { describe, expect, test } from 'vitest';
import { compileTemplate, type Place } from '../../src/expression/index.ts';
import { environment, problemOf } from './environment.ts';

const render = async (text: string, place: Place, input: unknown = {}, scope = {}) =>
  compileTemplate(text, place).render(input, scope, environment);

const odd = { v: 'a/b ?&=#%+é"<\'>' };

describe('a value is escaped for its place', () => {
  test.each([
    ['segment', '/users/{{v}}', '/users/a%2Fb%20%3F%26%3D%23%25%2B%C3%A9%22%3C%27%3E'],
    ['url', '/users/{{v}}', '/users/a%2Fb%20%3F%26%3D%23%25%2B%C3%A9%22%3C%27%3E'],
    ['url', '/users?q={{v}}', '/users?q=a%2Fb%20%3F%26%3D%23%25%2B%C3%A9%22%3C%27%3E'],
    ['query', 'q:{{v}}', 'q:a%2Fb%20%3F%26%3D%23%25%2B%C3%A9%22%3C%27%3E'],
    ['header', 'x {{v}}', 'x a/b ?&=#%+é"<\'>'],
    ['html', '<p>{{v}}', '<p>a/b ?&amp;=#%+é&quot;&lt;&#39;&gt;'],
    ['xml', '<p>{{v}}', '<p>a/b ?&amp;=#%+é&quot;&lt;&#39;&gt;'],
    ['text', 'x {{v}}', 'x a/b ?&=#%+é"<\'>'],
    ['fileName', '{{v}}.csv', 'a_b ?&=#%+é"<\'>.csv'],
  ] as const)('%s: %s', async (place, text, expected) => expect(await render(text, place, odd)).toBe(expected));

  test('three braces keep slashes in a URL', async () => {
    expect(await render('/files/{{{v}}}', 'url', { v: 'a/b c/é' })).toBe('/files/a/b%20c/%C3%A9');
    expect(await render('/files/{{{v}}}', 'segment', { v: 'a/b' })).toBe('/files/a/b');
  });

  test.each(['html', 'xml', 'text'] as const)('three braces are raw in %s', async (place) => {
    expect(await render('{{{v}}}', place, { v: '<b>&' })).toBe('<b>&');
  });

  test.each(['query', 'header', 'fileName', 'filePath'] as const)('three braces are refused in %s', async (place) => {
    const problem = await problemOf(() => compileTemplate('x{{{ v }}}', place));
    expect(problem).toMatchObject({ code: 'TEMPLATE_RAW', class: 'config', where: { offset: 5 } });
  });

  test('half a character becomes the replacement character', async () => {
    expect(await render('/{{v}}', 'url', { v: '\ud83d' })).toBe('/%EF%BF%BD');
  });
});

describe('values as text', () => {
  test.each([
    ['{{none}}|{{nothing}}|{{empty}}', '||'],
    ['{{n}} {{half}} {{flag}} {{sum}}', '5 0.5 false 0.3'],
    ['{{$params.period}}/{{ $lowercase(name) }}', '2026-10/x'],
    ["{{name = 'X' ? 'yes' : 'no'}}", 'yes'],
    ["{{({'a': 1} ).a}}", '1'],
    ["{{( $x := name; $x & '!' )}}", 'X!'],
    ["{{name & '{'}}", 'X{'],
    ['no hole at all } }', 'no hole at all } }'],
    ['{"a": { "b": "{{name}}" } }', '{"a": { "b": "X" } }'],
  ])('%s', async (text, expected) => {
    const input = { none: null, empty: '', n: 5, half: 0.5, flag: false, sum: 0.1 + 0.2, name: 'X' };
    expect(await render(text, 'text', input, { params: { period: '2026-10' } })).toBe(expected);
  });

  test.each(['segment', 'url', 'query', 'header', 'html', 'text', 'xml', 'fileName', 'filePath'] as const)(
    'a list or a map rejects the record in %s',
    async (place) => {
      for (const v of [['secret'], { a: 'secret' }]) {
        const problem = await problemOf(() => render('x{{v}}', place, { v }));
        expect(problem).toMatchObject({ code: 'TEMPLATE_VALUE', class: 'data', where: { offset: 3 } });
        expect(problem.message).toMatch(/^A (list|map) cannot stand in an? /);
      }
    },
  );

  test('plain holes are rendered at once', () => {
    expect(compileTemplate('/users/{{id}}', 'url').render({ id: 7 }, {}, environment)).toBe('/users/7');
  });
});

describe('a URL', () => {
  test.each([
    ['{{$connection.url}}/users/{{id}}', 'https://lms.example/api/users/a%20b'],
    ['{{$connection.url}}', 'https://lms.example/api'],
    ['/users/x{{nothing}}/y', '/users/x/y'],
    ['/users?name={{nothing}}&b={{id}}', '/users?name=&b=a%20b'],
    ['/users#{{nothing}}', '/users#'],
    ['/a//b/{{id}}', '/a//b/a%20b'],
    ['/files/v{{dots}}', '/files/v..'],
    ['/x?path={{{path}}}', '/x?path=a/b'],
  ])('%s', async (text, expected) => {
    const input = { id: 'a b', dots: '..', path: 'a/b' };
    expect(await render(text, 'url', input, { connection: { url: 'https://lms.example/api' } })).toBe(expected);
  });

  test('in a path of a URL even a hole that begins it is one segment', async () => {
    expect(await render('{{v}}/x', 'segment', { v: 'https://evil.example' })).toBe('https%3A%2F%2Fevil.example/x');
  });

  test.each([
    ['/users/{{nothing}}', 'An empty segment'],
    ['/users/{{nothing}}/groups', 'An empty segment'],
    ['/users/{{nothing}}?a=b', 'An empty segment'],
    ['/users/{{dots}}', 'A segment of dots'],
    ['/users/.{{dot}}/x', 'A segment of dots'],
    ['/users/{{dot}}/x', 'A segment of dots'],
    ['/files/{{{up}}}', 'A segment of dots'],
    ['/files/{{{twice}}}', 'An empty segment'],
    ['/files/{{{nothing}}}', 'An empty segment'],
    ['{{nothing}}/users', 'Nothing at the beginning'],
    ['{{blank}}/users', 'A blank at the beginning'],
  ])('%s is refused', async (text, found) => {
    const input = { dots: '..', dot: '.', up: 'a/../b', twice: 'a//b', blank: 'http://a b' };
    const problem = await problemOf(() => render(text, 'url', input));
    expect(problem).toMatchObject({ code: 'TEMPLATE_VALUE', class: 'data' });
    expect(problem.message).toBe(`${found} cannot stand in a URL.`);
  });
});

describe('a header', () => {
  test.each([
    ['a\nb', 'A line break'],
    ['a\r\nX-Evil: 1', 'A line break'],
    ['a\u0000b', 'A control character'],
  ])('refuses %j', async (v, found) => {
    const problem = await problemOf(() => render('x {{v}}', 'header', { v }));
    expect(problem).toMatchObject({ code: 'TEMPLATE_VALUE', class: 'data', where: { offset: 4 } });
    expect(problem.message).toBe(`${found} cannot stand in a header.`);
  });

  test('may be empty and hold a tab', async () => {
    expect(await render('{{v}}', 'header', { v: '' })).toBe('');
    expect(await render('{{v}}', 'header', { v: 'a\tb' })).toBe('a\tb');
  });
});

test('a control character cannot stand in XML', async () => {
  expect((await problemOf(() => render('<a>{{v}}</a>', 'xml', { v: 'a\u0001b' }))).code).toBe('TEMPLATE_VALUE');
  expect((await problemOf(() => render('<a>{{{v}}}</a>', 'xml', { v: 'a\u0001b' }))).code).toBe('TEMPLATE_VALUE');
});

describe('a file name', () => {
  test.each([
    ['../../etc/passwd', '____etc_passwd'],
    ['a\\b', 'a_b'],
    ['a\u0000\nb', 'a__b'],
    ['...', '_'],
    ['ok.csv', 'ok.csv'],
  ])('of %j is one name', async (v, expected) => expect(await render('{{v}}', 'fileName', { v })).toBe(expected));

  test.each([
    ['{{nothing}}', {}, 'An empty name'],
    ['{{v}}', { v: '  ' }, 'An empty name'],
    ['{{v}}', { v: '.' }, 'A name of dots'],
    ['.{{v}}', { v: '.' }, 'A name of dots'],
    ['{{v}}', { v: 'ы'.repeat(128) }, 'A name of more than 255 bytes'],
  ])('%s is refused: %s', async (text, input, found) => {
    const problem = await problemOf(() => render(text, 'fileName', input));
    expect(problem).toMatchObject({ code: 'TEMPLATE_VALUE', class: 'data' });
    expect(problem.message).toBe(`${found} cannot stand in a file name.`);
  });

  test('with a slash of its own is a mistake of the configuration', async () => {
    expect(await problemOf(() => compileTemplate('a/{{v}}', 'fileName'))).toMatchObject({
      class: 'config',
      where: { offset: 1 },
    });
  });
});

describe('a path of files', () => {
  test('may hold slashes of its own', async () => {
    expect(
      await render('/reports/{{$pipeline}}-{{d}}.csv', 'filePath', { d: '2026-11-24' }, { pipeline: 'employees' }),
    ).toBe('/reports/employees-2026-11-24.csv');
    expect(await render('../out//{{d}}/', 'filePath', { d: 'x' })).toBe('../out//x/');
  });

  test.each([
    ['/reports/{{v}}', '../x', 'A value with a slash'],
    ['/reports/{{v}}', 'a\\b', 'A value with a slash'],
    ['/reports/{{v}}', '..', 'A name of dots'],
    ['/reports/{{v}}/x.csv', '.', 'A name of dots'],
    ['/reports/{{v}}', '', 'An empty name'],
    ['{{v}}/x.csv', '', 'An empty name'],
    ['/reports/{{v}}', 'a\nb', 'A control character'],
    ['/reports/{{v}}.csv', 'x'.repeat(252), 'A name of more than 255 bytes'],
  ])('%s with %j is refused', async (text, v, found) => {
    const problem = await problemOf(() => render(text, 'filePath', { v }));
    expect(problem.message).toBe(`${found} cannot stand in a file path.`);
  });
});

describe('what is wrong in a template is told at its place', () => {
  test.each([
    ['a {{b', 2, 'TEMPLATE_HOLE'],
    ['a {{}}', 4, 'TEMPLATE_HOLE'],
    ['a {{  }}', 4, 'TEMPLATE_HOLE'],
    ['a {{{b}}', 6, 'TEMPLATE_HOLE'],
    ['{{>part}}', 2, 'TEMPLATE_HOLE'],
    ['{{&a}}', 2, 'TEMPLATE_HOLE'],
    ['{{=<% %>=}}', 2, 'TEMPLATE_HOLE'],
    ['{{= email}}', 2, 'TEMPLATE_HOLE'],
    ['{{! comment }}', 2, 'TEMPLATE_HOLE'],
    ["{{ {'a': 1}.a }}", 3, 'TEMPLATE_HOLE'],
    ['{{{ #a }}}', 4, 'TEMPLATE_HOLE'],
    ['x {{$a := 1; $a}}', 11, 'TEMPLATE_SEMICOLON'],
    ['x {{a +}}', 7, 'EXPRESSION_SYNTAX'],
    ["{{ {'a': {'b': 1}}.a }}", 3, 'TEMPLATE_HOLE'],
    ["{{({'a': {'b': 1}}).a }}", 16, 'EXPRESSION_SYNTAX'],
    ['x {{ $eval(a) }}', 5, 'EXPRESSION_REFUSED'],
    ['{{#a}}x', 3, 'TEMPLATE_SECTION'],
    ['x{{/a}}', 4, 'TEMPLATE_SECTION'],
    ['{{#a}}x{{/b}}', 10, 'TEMPLATE_SECTION'],
    ['{{#a}}{{#b}}{{/a}}{{/b}}', 15, 'TEMPLATE_SECTION'],
    ['{{#}}x{{/}}', 2, 'TEMPLATE_HOLE'],
  ])('%s', async (text, offset, code) => {
    const problem = await problemOf(() => compileTemplate(text, 'text'));
    expect(problem).toMatchObject({ code, class: 'config', where: { offset } });
    expect(problem.fix).toBeTruthy();
  });

  test('a hole that ends too early is told what to write', async () => {
    const problem = await problemOf(() => compileTemplate("{{({'a': {'b': 1}}).a}}", 'text'));
    expect(problem.fix).toBe('A hole ends at the first `}}`: write `} }` inside.');
  });

  test.each(['url', 'header', 'fileName', 'query'] as const)('sections stand outside a body: %s', async (place) => {
    const problem = await problemOf(() => compileTemplate('x{{#a}}b{{/a}}', place));
    expect(problem).toMatchObject({ code: 'TEMPLATE_SECTION', where: { offset: 3 } });
  });

  test('an expression that fails is told at its place in the template', async () => {
    const problem = await problemOf(() => render('Dear {{n + name}}', 'text', { n: 1, name: 'Иванова' }));
    expect(problem).toMatchObject({ code: 'EXPRESSION_FAILED', where: { offset: 9 } });
    expect(problem.message).not.toContain('Иванова');
  });
});

test('holes are told with their place', () => {
  const { holes } = compileTemplate('a {{ b }} {{{c}}} {{#d}}{{e}}{{/d}}', 'html');
  expect(holes.map(({ expression, offset, raw }) => [expression.text, offset, raw])).toEqual([
    ['b', 5, false],
    ['c', 13, true],
    ['d', 21, false],
    ['e', 26, false],
  ]);
});
