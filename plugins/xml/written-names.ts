import { prefixOf } from './names.ts';
import { noName, noPrefix } from './write-faults.ts';
import type { WrittenEncoding } from './written-encoding.ts';

/** What holds while a document is written. */
export interface Writing {
  prefixes: ReadonlySet<string>;
  encoding: WrittenEncoding;
  /** Names that were found right. */
  known: Set<string>;
}

// XML 1.0, section 2.3, with at most one colon between two parts.
const start =
  'A-Z_a-z\\u{C0}-\\u{D6}\\u{D8}-\\u{F6}\\u{F8}-\\u{2FF}\\u{370}-\\u{37D}\\u{37F}-\\u{1FFF}\\u{200C}\\u{200D}\\u{2070}-\\u{218F}\\u{2C00}-\\u{2FEF}\\u{3001}-\\u{D7FF}\\u{F900}-\\u{FDCF}\\u{FDF0}-\\u{FFFD}\\u{10000}-\\u{EFFFF}';
const part = `[${start}][${start}\\-.0-9\\u{B7}\\u{0300}-\\u{036F}\\u{203F}\\u{2040}]*`;
const namePattern = new RegExp(`^${part}(:${part})?$`, 'u');

/** Throws XML_NAME where an element or attribute can't be called so. */
export function refuseName(name: string, place: string, { prefixes, encoding, known }: Writing): void {
  if (known.has(name)) return;
  // A character that the encoding lacks can be written as a number in text, and not in a name.
  if (!namePattern.test(name) || name === 'xmlns' || !encoding.has(name)) throw noName(place);
  const prefix = prefixOf(name);
  if (prefix !== '' && !prefixes.has(prefix)) throw noPrefix(place, prefix);
  known.add(name);
}
