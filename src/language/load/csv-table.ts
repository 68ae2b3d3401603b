/** Rows of a small CSV with `,` or `;` or a tab between its cells, quotes doubled inside quotes (RFC 4180). */
export function csvRows(text: string): string[][] {
  const content = text.replace(/^\uFEFF/, '');
  const delimiter = delimiterOf(content);
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < content.length) {
    const { cell, end } = content[at] === '"' ? quotedCell(content, at) : plainCell(content, at, delimiter);
    row.push(cell);
    at = end;
    if (content[at] === delimiter) {
      at++;
      if (at < content.length && !/[\r\n]/.test(content[at] ?? '')) continue;
      row.push('');
    }
    at += content.startsWith('\r\n', at) ? 2 : 1;
    rows.push(row);
    row = [];
  }
  return rows.filter((cells) => cells.length > 1 || cells[0] !== '');
}

/** The one that stands oftenest in the first line. */
function delimiterOf(text: string): string {
  const head = text.split('\n', 1)[0]?.replace(/"[^"]*"/g, '') ?? '';
  const counted = [',', ';', '\t'].map((delimiter) => ({ delimiter, count: head.split(delimiter).length }));
  return counted.reduce((best, each) => (each.count > best.count ? each : best)).delimiter;
}

function plainCell(text: string, begin: number, delimiter: string): { cell: string; end: number } {
  let end = begin;
  while (end < text.length && text[end] !== delimiter && text[end] !== '\n' && text[end] !== '\r') end++;
  return { cell: text.slice(begin, end).trim(), end };
}

function quotedCell(text: string, begin: number): { cell: string; end: number } {
  let cell = '';
  let at = begin + 1;
  while (at < text.length) {
    if (text[at] !== '"') cell += text[at++];
    else if (text[at + 1] === '"') {
      cell += '"';
      at += 2;
    } else return { cell, end: at + 1 };
  }
  return { cell, end: at };
}
