import { isSeq, LineCounter, parseDocument, type Document } from 'yaml';
import type { Unreadable } from '#sdk';
import { broken, noList, refused } from './faults.ts';
import type { Piece } from './pieces.ts';
import { rowsOf, type Row } from './rows.ts';
import type { Reading } from './value.ts';

/** What a piece gives. */
export interface ReadPiece {
  rows: Row[];
  unreadable: Unreadable[];
  /** Its end is missing. */
  isCut: boolean;
}

/** Reads the pieces of a file in their order. */
export interface PieceReader {
  read(piece: Piece): ReadPiece;
}

/** `limit`: characters that aliases of a document may repeat. */
export function newPieceReader(path: readonly string[], limit: number): PieceReader {
  let document = -1;
  let reading = newReading(limit);

  function read(piece: Piece): ReadPiece {
    if (piece.document !== document) reading = newReading(limit);
    document = piece.document;
    const { parsed, placeOf } = parse(piece);
    reading.lineOf = (offset) => placeOf(offset).line;
    const [error] = parsed.errors;
    if (error) {
      const { line, column } = placeOf(error.pos[0]);
      return readBroken(piece, parsed, broken(line, column, error.code));
    }
    const [warning] = parsed.warnings;
    if (warning) throw refused(placeOf(warning.pos[0]).line, 'a tag that is no type of JSON');
    const rows = rowsOf(parsed.contents, path, reading);
    if (!rows) throw noList(path, piece.line);
    return { rows, unreadable: [], isCut: false };
  }

  /** Items are torn apart; a document is a row where it is one record of several. */
  function readBroken(piece: Piece, parsed: Document, fault: Error): ReadPiece {
    if (piece.items && piece.items.length > 1) return readEach(piece);
    if (piece.endsOpen) return { rows: [], unreadable: [], isCut: true };
    const isOnly = piece.document === 0 && piece.isLast;
    if (!piece.items && (isOnly || path.length > 0 || isSeq(parsed.contents))) throw fault;
    const { text, items = [0] } = piece;
    const line = piece.line + lineEnds(text.slice(0, items[0]));
    return {
      rows: [],
      unreadable: [{ line, code: 'YAML_ITEM_BROKEN', message: 'The item is not YAML', raw: text }],
      isCut: false,
    };
  }

  function readEach(piece: Piece): ReadPiece {
    const whole: ReadPiece = { rows: [], unreadable: [], isCut: false };
    for (const single of singles(piece)) {
      const { rows, unreadable, isCut } = read(single);
      whole.rows.push(...rows);
      whole.unreadable.push(...unreadable);
      whole.isCut ||= isCut;
    }
    return whole;
  }

  return { read };
}

const newReading = (limit: number): Reading => ({
  anchors: new Map(),
  left: { repeated: limit, held: limit },
  limit,
  lineOf: () => 1,
});

function parse(piece: Piece) {
  const lineCounter = new LineCounter();
  const parsed = parseDocument(piece.text, {
    lineCounter,
    prettyErrors: false,
    logLevel: 'silent',
    merge: false,
    resolveKnownTags: false,
    // It compares each key of a map with each other one.
    uniqueKeys: false,
  });
  const placeOf = (offset: number) => {
    const { line, col } = lineCounter.linePos(offset);
    return { line: Math.max(1, line) + piece.line - 1, column: Math.max(1, col) };
  };
  return { parsed: parsed as unknown as Document, placeOf };
}

/** Each item by itself; what stands before the first goes with it. */
function* singles(piece: Piece): Generator<Piece> {
  const starts = piece.items!;
  let line = piece.line;
  for (let index = 0; index < starts.length; index += 1) {
    const isEnd = index === starts.length - 1;
    const text = piece.text.slice(index === 0 ? 0 : starts[index], starts[index + 1]);
    yield {
      ...piece,
      text,
      line,
      items: [index === 0 ? starts[0]! : 0],
      isLast: piece.isLast && isEnd,
      endsOpen: piece.endsOpen && isEnd,
    };
    line += lineEnds(text);
  }
}

const lineEnds = (text: string): number => text.split('\n').length - 1;
