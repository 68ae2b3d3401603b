import { problem, streamDecoder } from '#sdk';

/** What the first bytes of a document say of its encoding. */
export interface Beginning {
  /** Name that `streamDecoder` knows. */
  encoding: string;
  markBytes: number;
}

/** As many bytes as must be seen: an XML declaration is never longer. */
export const beginningBytes = 1024;

/**
 * The encoding by mark, by the form of the first characters, by the declaration, else UTF-8 (XML 1.0, appendix F).
 * `said` is what the pipeline says instead of the declaration. Throws XML_ENCODING where they contradict each other.
 */
export function beginningOf(head: Uint8Array, said: string | undefined): Beginning {
  const found = byMark(head) ?? byForm(head);
  if (found) return agreed(found, said);
  if (said === 'utf-16') throw wrong('is not UTF-16, as `encoding` says');
  if (said) return { encoding: said, markBytes: 0 };
  const declared = /^<\?xml\s[^>]*?encoding\s*=\s*["']([^"']*)["']/.exec(Buffer.from(head).toString('latin1'))?.[1];
  const encoding = declared?.toLowerCase() ?? 'utf-8';
  if (/^utf-?16/.test(encoding)) throw wrong('declares UTF-16, and is not written in it');
  if (!streamDecoder(encoding)) throw wrong(`declares the encoding ${JSON.stringify(declared)}, which is not known`);
  return { encoding: /^utf-?8$/.test(encoding) ? 'utf-8' : encoding, markBytes: 0 };
}

function byMark([a, b, c]: Uint8Array): Beginning | undefined {
  if (a === 0xef && b === 0xbb && c === 0xbf) return { encoding: 'utf-8', markBytes: 3 };
  if (a === 0xff && b === 0xfe) return { encoding: 'utf-16le', markBytes: 2 };
  if (a === 0xfe && b === 0xff) return { encoding: 'utf-16be', markBytes: 2 };
  return undefined;
}

/** A document begins with `<`, which UTF-16 writes with a zero byte. */
function byForm([a, b]: Uint8Array): Beginning | undefined {
  if (a === 0x3c && b === 0) return { encoding: 'utf-16le', markBytes: 0 };
  if (a === 0 && b === 0x3c) return { encoding: 'utf-16be', markBytes: 0 };
  return undefined;
}

function agreed(found: Beginning, said: string | undefined): Beginning {
  const name = found.encoding === 'utf-8' ? 'utf-8' : 'utf-16';
  if (said !== undefined && said !== name) throw wrong(`begins as ${name} does, and \`encoding\` says ${said}`);
  return found;
}

const wrong = (why: string) =>
  problem('XML_ENCODING', `The document ${why}.`, {
    fix: 'Write in `encoding` what the file really is, or ask for it in UTF-8.',
  });
