import { packZip, type Fields, type NewMember, type Table } from '#sdk';
import {
  contentTypesPart,
  sheetRelations,
  stylesPart,
  topRelations,
  workbookPart,
  workbookRelations,
} from './fixed-parts.ts';
import { noteBoxes, noteTexts, type Note } from './note-parts.ts';
import type { XlsxDialect } from './options.ts';
import { sheetXml, type SheetRecords } from './sheet-xml.ts';

/** Records as the one sheet of a workbook. */
export const encode = (
  records: AsyncIterable<Fields[]>,
  dialect: XlsxDialect,
  columns?: readonly string[],
): AsyncGenerator<Uint8Array> => packZip(parts([{ records, ...(columns ? { columns } : {}) }], dialect));

/** Tables as sheets; the last one has the name that `sheet` says. */
export const encodeSheets = (tables: readonly Table[], dialect: XlsxDialect): AsyncGenerator<Uint8Array> =>
  packZip(parts(tables, dialect));

async function* parts(sheets: readonly SheetRecords[], dialect: XlsxDialect): AsyncGenerator<NewMember> {
  const noted: number[] = [];
  for (const [index, sheet] of sheets.entries()) {
    const number = index + 1;
    const notes: Note[] = [];
    yield member(`xl/worksheets/sheet${number}.xml`, sheetXml(sheet, dialect, notes));
    if (notes.length === 0) continue;
    noted.push(number);
    yield member(`xl/comments${number}.xml`, noteTexts(notes));
    yield member(`xl/drawings/vmlDrawing${number}.vml`, noteBoxes(notes));
    yield member(`xl/worksheets/_rels/sheet${number}.xml.rels`, [sheetRelations(number)]);
  }
  yield member('xl/styles.xml', [stylesPart]);
  yield member('xl/workbook.xml', [workbookPart(sheetNames(sheets.length, dialect))]);
  yield member('xl/_rels/workbook.xml.rels', [workbookRelations(sheets.length)]);
  yield member('_rels/.rels', [topRelations]);
  yield member('[Content_Types].xml', [contentTypesPart(sheets.length, noted)]);
}

const member = (name: string, texts: Iterable<string> | AsyncIterable<string>): NewMember => ({
  name,
  bytes: inBytes(texts),
});

async function* inBytes(texts: Iterable<string> | AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const text of texts) yield Buffer.from(text, 'utf8');
}

function sheetNames(count: number, { sheet }: XlsxDialect): string[] {
  const last = typeof sheet === 'string' ? sheet.replace(/[\\/?*[\]:]/g, ' ') : undefined;
  return Array.from({ length: count }, (_, index) =>
    index === count - 1 ? (last ?? `Sheet${count}`) : `Sheet${index + 1}`,
  );
}
