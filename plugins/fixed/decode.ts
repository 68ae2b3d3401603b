import {
  newTrailer,
  openText,
  textLines,
  type DecodedBatch,
  type Decoding,
  type Encoding,
  type Fields,
  type Unreadable,
} from '#sdk';
import { charactersOf, withoutPadding } from './characters.ts';
import type { Layout } from './layout.ts';

/** How a file is to be read; `written` are the columns as the document has them. */
export interface Reading {
  layout: Layout;
  written: Fields;
  encoding: Encoding;
  skip: number;
  filled: boolean;
  lineEnding: 'crlf' | 'lf';
  /** The last line, which is no record. */
  trailer: string | undefined;
}

const batchLines = 500;

/** Lines as records of text; lines that are too short, too long or not of the encoding are unreadable rows. */
export function decode(bytes: AsyncIterable<Uint8Array>, reading: Reading): Decoding {
  const { layout, skip, filled } = reading;
  const text = openText(bytes, reading.encoding);
  const columns = layout.columns.map(({ name }) => name);
  const trailer = reading.trailer === undefined ? undefined : newTrailer(reading.trailer);
  let lineEnding: 'crlf' | 'lf' | undefined;
  let cut: string | undefined;
  let line = 0;

  async function* batches(): AsyncGenerator<DecodedBatch> {
    let batch = emptyBatch();
    let isTold = false;
    const blocks = textLines(text.bytes, text.charset);
    for await (const { lines, broken, endsOpen } of trailer ? trailer.pass(blocks) : blocks) {
      lineEnding ??= lines[0]?.endsWith('\r') ? 'crlf' : 'lf';
      for (const [index, found] of lines.entries()) {
        line += 1;
        if (line <= skip) continue;
        const raw = found.endsWith('\r') ? found.slice(0, -1) : found;
        const row: Row = broken?.has(index) ? { fault: notOf(text.charset().name) } : read(raw, reading);
        if (row.fault) batch.unreadable.push({ line, ...row.fault, raw });
        else if (row.record) {
          batch.records.push(row.record);
          batch.lines.push(line);
        }
        if (endsOpen && index === lines.length - 1) cut = cutOf(row, raw, filled);
        if (batch.records.length + batch.unreadable.length < batchLines) continue;
        yield told(batch, columns);
        isTold = true;
        batch = emptyBatch();
      }
    }
    if (batch.records.length + batch.unreadable.length > 0 || (!isTold && line > 0)) yield told(batch, columns);
  }

  const decoding: Decoding = {
    batches: batches(),
    end() {
      const { encoding, bom, notes } = text.found();
      const ending = lineEnding ?? reading.lineEnding;
      const options = { columns: reading.written, encoding, bom, filled, lineEnding: ending };
      return {
        dialect: { format: 'fixed', options, columns },
        ...(cut === undefined ? {} : { cut }),
        ...(notes.length > 0 ? { notes } : {}),
      };
    },
  };
  return trailer ? trailer.judge(decoding) : decoding;
}

type Fault = Pick<Unreadable, 'code' | 'message'>;

/** What a line is; a blank one is neither. */
interface Row {
  record?: Fields;
  fault?: Fault;
}

interface LineBatch {
  records: Fields[];
  lines: number[];
  unreadable: Unreadable[];
}
const emptyBatch = (): LineBatch => ({ records: [], lines: [], unreadable: [] });
const told = ({ lines, ...batch }: LineBatch, columns: string[]): DecodedBatch => ({
  ...batch,
  lines: Uint32Array.from(lines),
  columns,
});

function read(line: string, { layout, filled }: Reading): Row {
  if (line.trim() === '') return {};
  const characters = charactersOf(line);
  const { columns, width } = layout;
  // Blanks behind the last column hold nothing.
  if (characters.length > width && characters.slice(width).trim() !== '')
    return { fault: wrongLength(characters.length, width) };
  if (characters.length < width && filled) return { fault: wrongLength(characters.length, width) };
  const record: Fields = {};
  for (const { name, from, to } of columns) record[name] = withoutPadding(characters.slice(from, to));
  return { record };
}

const wrongLength = (found: number, expected: number): Fault => ({
  code: found < expected ? 'FIXED_SHORT' : 'FIXED_LONG',
  message: `The line has ${found} characters, and the columns end at ${expected}`,
});

const notOf = (encoding: string): Fault => ({
  code: 'ENCODING_BROKEN',
  message: `The line holds bytes that are not ${encoding}`,
});

/** Of the last line, which has no line end. */
function cutOf({ fault }: Row, raw: string, filled: boolean): string | undefined {
  if (raw.trim() === '') return undefined;
  if (!filled) return 'the last line has no line end, so it may be half a record';
  return fault && fault.code !== 'FIXED_LONG' ? 'the file ends in the middle of a line' : undefined;
}
