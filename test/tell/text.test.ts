import { describe, expect, test } from 'vitest';
import { table } from '../../src/tell/text/table.ts';
import { fitted, widthOf } from '../../src/tell/text/width.ts';

describe('tables on a terminal', () => {
  test('a text takes as many columns as its characters are wide', () => {
    expect(widthOf('Иванов')).toBe(6);
    expect(widthOf('e\u0301')).toBe(1);
    expect(widthOf('日本')).toBe(4);
    expect(widthOf('🙂')).toBe(2);
    expect(widthOf('\u001b[31mred\u001b[39m')).toBe(3);
  });

  test('columns are aligned, numbers to the right', () => {
    const text = table(
      [{ title: 'name' }, { title: 'rows', isNumber: true }],
      [
        ['Иванов', 7],
        ['日本', 1200],
      ],
    );
    expect(text).toBe('name    rows\nИванов     7\n日本    1200');
  });

  test('the widest text is shortened to the width of the terminal, and to nothing else', () => {
    const rows = [['a'.repeat(50), 3]];
    const columns = [{ title: 'text' }, { title: 'n', isNumber: true }];
    expect(Math.max(...table(columns, rows, 40).split('\n').map(widthOf))).toBe(40);
    expect(table(columns, rows)).toContain('a'.repeat(50));
    expect(fitted('日本語', 4)).toBe('日…');
  });

  test('a value that would move the cursor is shown as blanks', () => {
    expect(table([{ title: '' }], [['a\u001b[2Jb\r\nc']])).toBe('a [2Jb c');
  });
});
