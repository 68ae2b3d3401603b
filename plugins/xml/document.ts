import type { SaxesTagNS } from 'saxes';
import type { Fields } from '#sdk';
import {
  badBytes,
  bareAmpersand,
  cut,
  doctype,
  nested,
  notWellFormed,
  tooDeep,
  tooLarge,
  type Place,
} from './faults.ts';
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

/** A document while its text comes. */
export interface XmlDocument {
  /** Gives the records that are whole by now. */
  add(text: string): FoundRecord[];
  /** No more text will come. Says why the document is not whole. */
  end(): string | undefined;
  /** The problem of bytes that are not of the encoding, which stand here. */
  bytesWrong(encoding: string): Error;
  whyNone(): { reason: string; isFault: boolean };
}

const maxDepth = 100;
const nodeLength = 64;

/** Begins a document; saxes is loaded with the first. */
export async function newDocument(dialect: XmlDialect): Promise<XmlDocument> {
  const { SaxesParser } = await import('saxes');
  const parser = new SaxesParser({ xmlns: true });
  const finder = newRecordFinder(dialect);
  let tree: RecordTree | undefined;
  let own = { uri: '', local: '' };
  let begins = { line: 0, position: 0 };
  let lastLine = 0;
  let tagLine = 1;
  // Whatever is between two tags is held by the parser.
  let tagPosition = 0;
  let tagEnd: Place = { line: 1, column: 1 };
  let lengthWritten = 0;
  let found: FoundRecord[] = [];

  const here = (): Place => ({ line: parser.line, column: Math.max(1, parser.column) });
  const lengthAt = (position: number): number =>
    position - (tree ? begins.position : tagPosition) + (tree ? tree.nodes() * nodeLength : 0);
  const checkLength = (position: number): void => {
    if (lengthAt(position) > dialect.limit) throw tooLarge(here(), dialect.limit, tree !== undefined);
  };

  const passTag = (): void => {
    tagPosition = parser.position;
    tagEnd = here();
  };
  // The parser takes all up to the next semicolon for the name of an entity.
  const checkEntity = (): void => {
    if (/[^\p{L}\p{N}_.:#-]/u.test(parser['entity']) || parser['entity'].length > 100) throw bareAmpersand(tagEnd);
  };

  const opened = (tag: SaxesTagNS): void => {
    const before = tagPosition;
    passTag();
    if (tree) {
      const isRecord = tag.local === own.local && tag.uri === own.uri;
      if (isRecord && dialect.written.nested !== 'value') throw nested(here(), tag.name);
      tree.open(tag);
    } else if (finder.open(tag)) {
      own = { uri: tag.uri, local: tag.local };
      begins = { line: Math.max(tagLine, lastLine + 1), position: before };
      tree = newRecordTree(tag, dialect);
    }
    if (finder.depth() + (tree ? tree.depth() - 1 : 0) > maxDepth) throw tooDeep(here(), maxDepth);
  };
  const closed = (): void => {
    passTag();
    if (!tree) {
      finder.close();
      return;
    }
    const length = lengthAt(parser.position);
    checkLength(parser.position);
    const record = tree.close();
    if (!record) return;
    tree = undefined;
    finder.close();
    lastLine = begins.line;
    found.push({ record, line: begins.line, length });
  };

  parser.on('doctype', () => {
    throw doctype(here());
  });
  parser.on('opentagstart', () => {
    // A line end that ends the name is counted by now.
    tagLine = parser.column === 0 ? parser.line - 1 : parser.line;
  });
  parser.on('opentag', opened);
  parser.on('closetag', closed);
  parser.on('text', (text) => tree?.text(text));
  parser.on('cdata', (text) => tree?.text(text));
  parser.on('error', (error) => {
    if (error.message.includes('entity name')) throw bareAmpersand(tagEnd);
    throw notWellFormed(here(), error.message);
  });

  return {
    add(text) {
      parser.write(text);
      checkEntity();
      // The parser's own position is wrong between two writes.
      lengthWritten += text.length;
      checkLength(lengthWritten);
      const whole = found;
      found = [];
      return whole;
    },
    end() {
      const isOpen = finder.depth() > 0 || tree !== undefined;
      const { line } = here();
      try {
        parser.close();
      } catch {
        return cut(isOpen ? `in line ${line}, before its root is closed` : `in line ${line}, before it is whole`);
      }
      return undefined;
    },
    bytesWrong: (encoding) => badBytes({ line: parser.line, column: parser.column + 1 }, encoding),
    whyNone: () => finder.whyNone(),
  };
}
