import { cellText, type CellFault, type CellReading } from './cell-text.ts';
import { broken } from './faults.ts';
import { readXml } from './part-xml.ts';

/** A row that has cells. `line` is its number in the spreadsheet. */
export interface SheetRow {
  line: number;
  /** By position; holes are ''. A cell at fault is as the spreadsheet shows it. */
  cells: string[];
  faults: { column: number; fault: CellFault }[];
}

const maxColumns = 16_384;
const maxCellLength = 1024 * 1024;

/** The rows of a sheet, as many at a time as a piece of its XML has. */
export async function* sheetRows(bytes: AsyncIterable<Uint8Array>, reading: CellReading): AsyncGenerator<SheetRow[]> {
  let rows: SheetRow[] = [];
  let row: SheetRow = { line: 0, cells: [], faults: [] };
  let [column, type, style, raw] = [0, '', 0, ''];
  let isValue = false;
  let isPronunciation = false;

  const pieces = readXml(bytes, {
    open(name, attributes) {
      if (name === 'c') {
        column = attributes.r === undefined ? column + 1 : columnOf(attributes.r);
        type = attributes.t ?? 'n';
        style = Number(attributes.s ?? 0);
        raw = '';
      } else if (name === 'v') isValue = type !== 'inlineStr';
      else if (name === 't') isValue = type === 'inlineStr' && !isPronunciation;
      else if (name === 'rPh') isPronunciation = true;
      else if (name === 'row') {
        const line = attributes.r === undefined ? row.line + 1 : Number(attributes.r);
        if (!(line > row.line)) throw broken('its rows are not in order');
        row = { line, cells: [], faults: [] };
        column = 0;
      }
    },
    text(text) {
      if (!isValue) return;
      raw += text;
      if (raw.length > maxCellLength) throw broken('a cell is larger than any can be');
    },
    close(name) {
      if (name === 'v' || name === 't') isValue = false;
      else if (name === 'rPh') isPronunciation = false;
      else if (name === 'c') put();
      else if (name === 'row') rows.push(row);
    },
  });

  function put(): void {
    const { cells, faults } = row;
    if (raw === '' && type !== 's') return;
    const found = cellText(raw, type, style, reading);
    if (found === '') return;
    while (cells.length < column - 1) cells.push('');
    if (typeof found !== 'string') faults.push({ column: column - 1, fault: found });
    cells[column - 1] = typeof found === 'string' ? found : found.shown;
  }

  for await (const _piece of pieces) {
    if (rows.length === 0) continue;
    yield rows;
    rows = [];
  }
}

/** The column of a reference such as AB12, from 1. */
function columnOf(reference: string): number {
  let column = 0;
  for (let at = 0; at < reference.length; at += 1) {
    const letter = reference.charCodeAt(at) & 0xdf;
    if (letter < 65 || letter > 90) break;
    column = column * 26 + letter - 64;
  }
  if (column < 1 || column > maxColumns) throw broken('a cell stands in no column');
  return column;
}
