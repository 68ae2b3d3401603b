import type { SaxesTagNS } from 'saxes';
import type { Fields } from '#sdk';
import { nested, tooDeep, tooLarge, type Place } from './faults.ts';
import type { XmlDialect } from './options.ts';
import { newRecordFinder } from './record-finder.ts';
import { newRecordTree, type RecordTree } from './record-tree.ts';

/** A record and the line on which it begins; where several begin on one line, they are counted on from it. */
export interface FoundRecord {
  record: Fields;
  line: number;
  /** In characters. */
  length: number;
}

/** Where the parser is: the position counts characters, line counts from 1 and column from 0. */
export interface ParserPlace {
  readonly position: number;
  readonly line: number;
  readonly column: number;
}

/** Takes the records out of what the parser tells, within the limits. Throws XML_NESTED, XML_TOO_DEEP and XML_TOO_LARGE. */
export interface RecordTaker {
  opened(tag: SaxesTagNS, line: number): void;
  text(text: string): void;
  closed(): void;
  /** The records that are whole by now, once. */
  taken(): FoundRecord[];
  /** Is what is open at this position within the limit? */
  check(position: number): void;
  /** Is any element open? */
  isOpen(): boolean;
  /** Where the last tag ended. */
  lastTag(): Place;
  whyNone(): { reason: string; isFault: boolean };
}

const maxDepth = 100;
const nodeLength = 64;

/** Place of the last character that was read. */
export const placeOf = ({ line, column }: ParserPlace): Place => ({ line, column: Math.max(1, column) });

/** Begins with the document. */
export function newRecordTaker(dialect: XmlDialect, parser: ParserPlace): RecordTaker {
  const { limit } = dialect;
  const finder = newRecordFinder(dialect);
  let tree: RecordTree | undefined;
  let own = { uri: '', local: '' };
  let begins = { line: 0, position: 0 };
  let lastLine = 0;
  // Whatever is between two tags is held by the parser.
  let tagPosition = 0;
  let tagEnd: Place = { line: 1, column: 1 };
  let found: FoundRecord[] = [];

  const passTag = (): void => {
    tagPosition = parser.position;
    tagEnd = placeOf(parser);
  };
  const lengthAt = (position: number): number =>
    tree ? position - begins.position + tree.nodes() * nodeLength : position - tagPosition;
  const check = (position: number): void => {
    if (lengthAt(position) > limit) throw tooLarge(placeOf(parser), limit, tree !== undefined);
  };
  const refuseRecord = (tag: SaxesTagNS): void => {
    const isRecord = tag.local === own.local && tag.uri === own.uri;
    if (isRecord && dialect.written.nested !== 'value') throw nested(placeOf(parser), tag.name);
  };

  return {
    opened(tag, line) {
      const before = tagPosition;
      passTag();
      if (tree) {
        refuseRecord(tag);
        tree.open(tag);
      } else if (finder.open(tag)) {
        own = { uri: tag.uri, local: tag.local };
        begins = { line: Math.max(line, lastLine + 1), position: before };
        tree = newRecordTree(tag, dialect);
      }
      if (finder.depth() + (tree ? tree.depth() - 1 : 0) > maxDepth) throw tooDeep(placeOf(parser), maxDepth);
    },
    text(text) {
      tree?.text(text);
    },
    closed() {
      passTag();
      if (tree) {
        const length = lengthAt(parser.position);
        check(parser.position);
        const record = tree.close();
        if (!record) return;
        found.push({ record, line: begins.line, length });
        lastLine = begins.line;
        tree = undefined;
      }
      finder.close();
    },
    taken() {
      const taken = found;
      found = [];
      return taken;
    },
    check,
    isOpen: () => finder.depth() > 0,
    lastTag: () => tagEnd,
    whyNone: () => finder.whyNone(),
  };
}
