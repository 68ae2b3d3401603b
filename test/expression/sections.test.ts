import { describe, expect, test } from 'vitest';
import { compileTemplate } from '../../src/expression/index.ts';
import { environment } from './environment.ts';

const render = async (text: string, input: unknown = {}, scope = {}) =>
  compileTemplate(text, 'html').render(input, scope, environment);

describe('a section', () => {
  test.each([
    [
      'repeats with each item of a list as input',
      '{{#posts}}[{{title}}]{{/posts}}',
      { posts: [{ title: 'a' }, { title: '<' }] },
      '[a][&lt;]',
    ],
    ['takes a list of texts by $', '{{#tags}}{{$}},{{/tags}}', { tags: ['a', 'b'] }, 'a,b,'],
    ['takes a list of one text as well', '{{#tags}}{{$}},{{/tags}}', { tags: ['a'] }, 'a,'],
    ['repeats for items that count as false', '{{#list}}{{$}};{{/list}}', { list: [0, ''] }, '0;;'],
    ['takes a map once as input', '{{#manager}}{{name}}{{/manager}}', { name: 'x', manager: { name: 'y' } }, 'y'],
    ['keeps the input for true', '{{#flag}}{{name}}{{/flag}}', { flag: true, name: 'x' }, 'x'],
    ['keeps the input for a text', '{{#middle}}{{middle}} {{/middle}}{{name}}', { middle: 'm', name: 'x' }, 'm x'],
    ['is left out for false', '{{#flag}}x{{/flag}}', { flag: false }, ''],
    ['is left out for an empty list', '{{#list}}x{{/list}}', { list: [] }, ''],
    ['is left out for what is absent', '{{#nothing}}x{{/nothing}}', {}, ''],
    ['with ^ stands where there is nothing', '{{^list}}none{{/list}}', { list: [] }, 'none'],
    ['with ^ is left out where there is something', '{{^list}}none{{/list}}', { list: [0] }, ''],
    [
      'takes any condition, closed with the same text',
      '{{# n > 1 }}many{{/n > 1}}{{^n > 1}}one{{/ n > 1 }}',
      { n: 2 },
      'many',
    ],
    ['stands in another', '{{#a}}{{#b}}{{c}}{{/b}};{{/a}}', { a: [{ b: [{ c: 1 }, { c: 2 }] }, { b: [] }] }, '12;;'],
    ['knows the names of the run inside', '{{#list}}{{$run.id}}{{/list}}', { list: [1, 2] }, 'rr'],
  ])('%s', async (_name, text, input, expected) =>
    expect(await render(text, input, { run: { id: 'r' } })).toBe(expected),
  );

  test('in lines of its own leaves no blank lines', async () => {
    const text = 'Posts:\n  {{#posts}}\n  - {{title}}\n  {{/posts}}\n{{^posts}}\nnone\n{{/posts}}\nend';
    expect(await render(text, { posts: [{ title: 'a' }, { title: 'b' }] })).toBe('Posts:\n  - a\n  - b\nend');
    expect(await render(text, { posts: [] })).toBe('Posts:\nnone\nend');
  });

  test('nested in lines of their own leave none either, also with CRLF and at the ends', async () => {
    expect(await render('{{#a}}\r\n{{#b}}\r\nx\r\n{{/b}}\r\n{{/a}}', { a: true, b: true })).toBe('x\r\n');
    expect(await render('{{#a}} x {{/a}}\n', { a: true })).toBe(' x \n');
  });
});
