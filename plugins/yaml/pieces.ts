import type { LineBlock } from '#sdk';
import { notUtf8, tooLarge } from './faults.ts';

/** Text that can be read by itself: a whole document, or some items of a document that is a list. */
export interface Piece {
  text: string;
  /** Of its first line, from 1. */
  line: number;
  /** Number of the document, from 0: an alias may mean what stands in an earlier piece of it. */
  document: number;
  /** Offsets of the items in the text, where it is items. */
  items?: readonly number[];
  isLast: boolean;
  /** It is the last, and its last line has no end. */
  endsOpen: boolean;
}

// Items are read together up to this length: a parser is made for each piece.
const itemsLength = 64 * 1024;

// YAML 1.2.2, section 9.1: these begin a line nowhere but between documents.
const marker = /^(---|\.\.\.)(?=\s|$)/;
const item = /^-(?=\s|$)/;
const nothing = /^\s*(#.*)?$/;

/** Divides lines into pieces as they come; throws YAML_TOO_LARGE and YAML_BROKEN. `areItems`: lists may be divided. */
export async function* piecesOf(
  blocks: AsyncIterable<LineBlock>,
  areItems: boolean,
  limit: number,
): AsyncGenerator<Piece> {
  let number = 0;
  let document = 0;
  let held = newHeld(1);

  function* take(nextLine: number): Generator<Piece> {
    if (held.kind !== 'nothing')
      yield {
        text: held.lines.join('\n'),
        line: held.line,
        document,
        isLast: false,
        endsOpen: false,
        ...(held.kind === 'items' ? { items: held.items } : {}),
      };
    held = newHeld(nextLine);
  }

  // One is held back, so that the last is known.
  let last: Piece | undefined;
  function* heldBack(pieces: Iterable<Piece>): Generator<Piece> {
    for (const piece of pieces) {
      if (last) yield last;
      last = piece;
    }
  }

  let endsOpen = false;
  for await (const block of blocks) {
    endsOpen = block.endsOpen;
    for (const [index, raw] of block.lines.entries()) {
      number += 1;
      if (block.broken?.has(index)) throw notUtf8(number);
      const line = number === 1 ? raw.replace(/^\uFEFF/, '') : raw;
      const mark = marker.exec(line)?.[1];
      if (mark === '---' ? held.isBegun : mark === '...') {
        yield* heldBack(take(number));
        document += 1;
      } else if (held.kind === 'items' && item.test(line) && held.length >= itemsLength) {
        yield* heldBack(take(number));
        held.isBegun = true;
      }
      if (mark === '...') held.line = number + 1;
      else addLine(held, line, areItems);
      if (longest(held) > limit) throw tooLarge(number, limit);
    }
  }
  yield* heldBack(take(number + 1));
  if (last) yield { ...last, isLast: true, endsOpen };
}

/** Lines that are not given yet. */
interface Held {
  lines: string[];
  line: number;
  length: number;
  /** There is a `---` or content. */
  isBegun: boolean;
  kind: 'nothing' | 'document' | 'items';
  items: number[];
  hasDirective: boolean;
}

const newHeld = (line: number): Held => ({
  lines: [],
  line,
  length: 0,
  isBegun: false,
  kind: 'nothing',
  items: [],
  hasDirective: false,
});

function addLine(held: Held, line: string, areItems: boolean): void {
  const isMarker = marker.test(line);
  const content = isMarker ? line.slice(3) : line;
  if (!held.isBegun && line.startsWith('%')) held.hasDirective = true;
  else if (!nothing.test(content)) {
    const isItem = item.test(line);
    // What a directive says holds for the whole document.
    if (held.kind === 'nothing') held.kind = isItem && areItems && !held.hasDirective ? 'items' : 'document';
    if (isItem && held.kind === 'items') held.items.push(held.length);
    held.isBegun = true;
  }
  held.isBegun ||= isMarker;
  held.lines.push(line);
  held.length += line.length + 1;
}

/** Of what must be read at once. */
const longest = ({ kind, items, length }: Held): number => (kind === 'items' ? length - items.at(-1)! : length);
