import { badBytes, bareAmpersand, cut, doctype, notWellFormed } from './faults.ts';
import type { XmlDialect } from './options.ts';
import { newRecordTaker, placeOf, type FoundRecord } from './record-taker.ts';

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

/** Begins a document; saxes is loaded with the first. Throws what a taker of records throws, and XML_DTD, XML_ENTITY, XML_BROKEN. */
export async function newDocument(dialect: XmlDialect): Promise<XmlDocument> {
  const { SaxesParser } = await import('saxes');
  const parser = new SaxesParser({ xmlns: true });
  const taker = newRecordTaker(dialect, parser);
  let tagLine = 1;
  let lengthWritten = 0;

  parser.on('doctype', () => {
    throw doctype(placeOf(parser));
  });
  parser.on('opentagstart', () => {
    // A line end that ends the name is counted by now.
    tagLine = parser.column === 0 ? parser.line - 1 : parser.line;
  });
  parser.on('opentag', (tag) => taker.opened(tag, tagLine));
  parser.on('closetag', () => taker.closed());
  parser.on('text', (text) => taker.text(text));
  parser.on('cdata', (text) => taker.text(text));
  parser.on('error', ({ message }) => {
    if (message.includes('entity name')) throw bareAmpersand(taker.lastTag());
    throw notWellFormed(placeOf(parser), message);
  });
  // The parser takes all up to the next semicolon for the name of an entity.
  const checkEntity = (): void => {
    const { entity } = parser as unknown as { entity: string };
    if (/[^\p{L}\p{N}_.:#-]/u.test(entity) || entity.length > 100) throw bareAmpersand(taker.lastTag());
  };

  return {
    add(text) {
      parser.write(text);
      checkEntity();
      // The parser's own position is wrong between two writes.
      lengthWritten += text.length;
      taker.check(lengthWritten);
      return taker.taken();
    },
    end() {
      const before = taker.isOpen() ? 'before its root is closed' : 'before it is whole';
      const { line } = parser;
      try {
        parser.close();
      } catch {
        return cut(`in line ${line}, ${before}`);
      }
      return undefined;
    },
    bytesWrong: (encoding) => badBytes({ line: parser.line, column: parser.column + 1 }, encoding),
    whyNone: () => taker.whyNone(),
  };
}
