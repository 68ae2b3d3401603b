/**
 * Names of a header of several rows, joined from above. A cell that is merged over columns comes out of a spreadsheet as
 * one cell with text and empty ones to its right: an empty cell takes the text of its left neighbour, as far as that
 * belongs under the same cells above, and only where both columns have a text of their own further down. The same text
 * twice in a column, as cells merged over rows come out of some programs, counts once.
 */
export function joinedNames(rows: readonly (readonly string[])[], join: string): string[] {
  const width = Math.max(...rows.map((row) => row.length));
  const cell = (row: number, column: number): string => rows[row]![column] ?? '';
  const below = (row: number, column: number): boolean => rows.some((_, at) => at > row && cell(at, column) !== '');
  const above = (row: number, column: number): boolean => rows.some((_, at) => at < row && cell(at, column) !== '');

  const full = rows.map((row) => [...row]);
  for (const [row, cells] of full.entries()) {
    for (let column = 0; column < width; column += 1) {
      const isOfGroup = column > 0 && below(row, column - 1) && below(row, column) && !above(row, column);
      cells[column] = isOfGroup && cell(row, column) === '' ? cells[column - 1]! : cell(row, column);
    }
  }
  return Array.from({ length: width }, (_, column) => {
    const parts = full.map((cells) => cells[column]!).filter((part) => part !== '');
    return parts.filter((part, at) => part !== parts[at - 1]).join(join);
  });
}

/**
 * The rows that are read as these names: each name taken apart at `join`. A name that can't be is written whole into the
 * first row.
 */
export function namesInRows(names: readonly string[], count: number, join: string): string[][] {
  const apart = names.map((name) => {
    const [...parts] = name.split(join);
    const kept = parts.length > count ? [...parts.slice(0, count - 1), parts.slice(count - 1).join(join)] : parts;
    const isSame = kept.every((part, at) => part.trim() === part && part !== '' && part !== kept[at - 1]);
    return isSame ? kept : [name];
  });
  return Array.from({ length: count }, (_, row) => apart.map((parts) => parts[row] ?? ''));
}
