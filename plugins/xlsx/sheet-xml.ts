import { isStyledCell, namesInRows, problem, type Fields, type Table } from '#sdk';
import { cellXml, lettersOf, textXml } from './cell-xml.ts';
import { sheetStart, styles } from './fixed-parts.ts';
import type { Note } from './note-parts.ts';
import type { XlsxDialect } from './options.ts';

const maxRows = 1_048_576;
const maxColumns = 16_384;

/** Records of which the columns are told, or are those of the first record. */
export type SheetRecords = Pick<Table, 'records'> & { columns?: readonly string[] };

/**
 * A sheet as XML: a header in bold that stays in sight and filters, columns as wide as their first texts. Notes are put
 * into `notes`. Throws XLSX_VALUE and XLSX_FULL.
 */
export async function* sheetXml(
  { records, columns: told }: SheetRecords,
  { header, headerJoin }: XlsxDialect,
  notes: Note[],
): AsyncGenerator<string> {
  const headerRows = typeof header === 'number' ? header : 0;
  let columns = told ?? (typeof header === 'object' ? header : undefined);
  const isDerived = columns === undefined;
  let letters: string[] = [];
  let line = 0;
  let isBegun = false;

  function begin(names: readonly string[], first: readonly Fields[]): string {
    isBegun = true;
    if (names.length > maxColumns) throw full(`${names.length} columns`);
    letters = names.map((_, index) => lettersOf(index + 1));
    const top = headerRows > 1 ? namesInRows(names, headerRows, headerJoin) : headerRows === 1 ? [[...names]] : [];
    line = top.length;
    return `${sheetStart}${viewOf(top.length)}${widthsOf(names, first, headerRows > 0)}<sheetData>${top.map(headerXml).join('')}`;
  }
  const headerXml = (names: string[], index: number): string =>
    `<row r="${index + 1}">${names
      .map((name, at) => `<c r="${letters[at]}${index + 1}" s="${styles.header}" t="inlineStr">${textXml(name)}</c>`)
      .join('')}</row>`;

  function rowXml(record: Fields): string {
    line += 1;
    if (line > maxRows) throw full('more rows');
    let xml = `<row r="${line}">`;
    for (let at = 0; at < letters.length; at += 1) {
      const name = columns![at]!;
      const reference = `${letters[at]!}${line}`;
      const cell = cellXml(record[name], reference, name);
      xml += cell.xml;
      if (cell.note !== undefined) notes.push({ reference, row: line - 1, column: at, text: cell.note });
    }
    return `${xml}</row>`;
  }

  for await (const batch of records) {
    const first = batch[0];
    if (!first) continue;
    columns ??= Object.keys(first);
    let xml = isBegun ? '' : begin(columns, batch);
    for (const record of batch) {
      if (isDerived) refuseMore(record, columns);
      xml += rowXml(record);
    }
    yield xml;
  }
  if (!isBegun) yield begin(columns ?? [], []);
  yield '</sheetData>';
  if (headerRows > 0 && letters.length > 0)
    yield `<autoFilter ref="A${headerRows}:${letters.at(-1)}${Math.max(line, headerRows)}"/>`;
  if (notes.length > 0) yield '<legacyDrawing r:id="rId1"/>';
  yield '</worksheet>';
}

const viewOf = (frozen: number): string =>
  frozen === 0
    ? ''
    : `<sheetViews><sheetView workbookViewId="0"><pane ySplit="${frozen}" topLeftCell="A${frozen + 1}" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft"/></sheetView></sheetViews>`;

/** In characters; a long text is no reason for a column that fills the screen. */
const [minWidth, maxWidth] = [8, 60];

function widthsOf(names: readonly string[], first: readonly Fields[], hasHeader: boolean): string {
  if (names.length === 0) return '';
  const widths = names.map((name) => {
    const texts = first.slice(0, 200).map((record) => lengthOf(record[name]));
    return Math.min(
      maxWidth,
      Math.max(minWidth, hasHeader ? name.length + 4 : 0, ...texts.map((length) => length + 2)),
    );
  });
  return `<cols>${widths.map((width, at) => `<col min="${at + 1}" max="${at + 1}" width="${width}" customWidth="1"/>`).join('')}</cols>`;
}

function lengthOf(given: unknown): number {
  const value = isStyledCell(given) ? given.value : given;
  return value === undefined || value === null ? 0 : String(value).length;
}

function refuseMore(record: Fields, columns: readonly string[]): void {
  const more = Object.keys(record).find((name) => !columns.includes(name));
  if (more === undefined) return;
  throw problem(
    'XLSX_VALUE',
    `The field ${more} is in a later record, and not in the first one, which made the header.`,
    {
      fix: 'Name all `columns` to be written.',
    },
  );
}

const full = (what: string) =>
  problem('XLSX_FULL', `A sheet has room for ${maxRows} rows and ${maxColumns} columns, and there are ${what}.`, {
    fix: 'Write CSV, or fewer records.',
  });
