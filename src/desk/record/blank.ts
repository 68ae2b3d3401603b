import { createHmac, randomBytes } from 'node:crypto';
import { dateText } from '../../expression/text/zones.ts';
import type { Fields } from '../../model/record.ts';

/** Puts made-up values in place of real ones: the same for the same, of the same shape, different for different ones. */
export interface Blanker {
  /** Any JSON value. Names of maps stay where they read like names and no blanked value is called so. */
  value(value: unknown, name?: string): unknown;
  /** A text of no known structure. */
  text(text: string): string;
  /** Texts of XML, and values of its attributes. */
  xml(text: string): string;
  /** Blanks a secret, whichever words of the document it looks like. */
  secret(text: string): string;
}

/** What stays as it is. */
export interface Kept {
  /** Single words, as the document of the connector has them. */
  words: ReadonlySet<string>;
  /** Fields that decide what happens: their values stay, but for texts of several words. */
  names: ReadonlySet<string>;
  /** Origins and what stands for them; others are numbered. */
  origins: ReadonlyMap<string, string>;
  /** A host of the document stays, or gives the pattern that the made-up one must fit: `*.files.example`. */
  hostPattern(host: string): string | undefined;
}

const word = /[\p{L}\p{N}_]+/gu;
const origin = /https?:\/\/[^/\s"'<>?#]+/g;
const dates = /\b(\d{4}-\d{2}-\d{2})(T[\d:.]+(?:Z|[+-]\d{2}:?\d{2})?)?|\b(\d{2})([./])(\d{2})\4(\d{4})\b/g;
const percentEncoded = /(?:%[0-9A-Fa-f]{2})+/g;
/** An `@` begins a name, or belongs to an annotation of OData; otherwise it is an address. */
const fieldName = /^@?[$\p{L}_][\p{L}\p{N}_.:$-]*(@odata\.\w+)?$/u;

/**
 * The made-up values are drawn with a key that is forgotten with the recording, so that nothing leads back from them.
 * Single characters, times of day, true and false stay: nobody is known by them.
 */
export function newBlanker({ words, names, origins, hostPattern }: Kept): Blanker {
  const key = randomBytes(32);
  const madeUp = new Map<string, string>();
  const taken = new Set<string>();
  const secrets = new Map<string, string>();

  const draw = (original: string, make: (noise: Buffer) => string): string => {
    const known = madeUp.get(original);
    if (known !== undefined) return known;
    for (let round = 0; ; round += 1) {
      const drawn = make(createHmac('sha512', key).update(`${round}:${original}`).digest());
      // So short a word has no free one left of its length.
      const candidate = round < 500 ? drawn : `${drawn}${round}`;
      if (taken.has(candidate) || candidate === original || words.has(candidate)) continue;
      taken.add(candidate);
      madeUp.set(original, candidate);
      return candidate;
    }
  };
  const wordOf = (original: string): string => {
    const known = madeUp.get(original);
    if (known !== undefined) return known;
    return original.length === 1 || words.has(original) ? original : draw(original, (noise) => alike(original, noise));
  };
  const wordsOf = (text: string): string => text.replace(word, wordOf);
  const structured = (text: string): string => pieces(text, dates, dateOf, wordsOf);
  const dateOf = (match: RegExpExecArray): string => {
    const [, iso, time = '', day, mark = '', month, year] = match;
    if (iso !== undefined) return `${draw(iso, isoDate)}${time}`;
    return draw(`${year}-${month}-${day}`, isoDate).split('-').reverse().join(mark);
  };
  const madeUpOrigins = new Map(origins);
  const originOf = ([found]: RegExpExecArray): string => {
    const drawn = madeUpOrigins.get(found) ?? newOrigin(found, hostPattern, madeUpOrigins.size + 1);
    madeUpOrigins.set(found, drawn);
    return drawn;
  };
  const percentEncodedOf = ([run]: RegExpExecArray): string => {
    try {
      return encodeURIComponent(structured(decodeURIComponent(run)));
    } catch {
      return run.replace(/%../g, '%41');
    }
  };
  const encodedOf = (text: string): string =>
    /^(https?:\/\/|[/?])/.test(text) ? pieces(text, percentEncoded, percentEncodedOf, structured) : structured(text);
  const withoutSecrets = (text: string): string =>
    [...secrets].reduce((left, [secret, made]) => left.replaceAll(secret, made), text);
  const text = (value: string): string => pieces(withoutSecrets(value), origin, originOf, encodedOf);
  const nameOf = (name: string): string => (fieldName.test(name) && !madeUp.has(name) ? name : text(name));

  const value = (given: unknown, name = ''): unknown => {
    if (Array.isArray(given)) return given.map((item) => value(item, name));
    if (typeof given === 'object' && given !== null) {
      return Object.fromEntries(Object.entries(given as Fields).map(([own, item]) => [nameOf(own), value(item, own)]));
    }
    if (typeof given === 'string') return names.has(name) && !/[\s@]/.test(given) ? given : text(given);
    if (typeof given !== 'number' || names.has(name)) return given;
    const drawn = Number(wordsOf(String(given)));
    return Number.isFinite(drawn) ? drawn : 0;
  };
  return {
    value,
    text,
    xml: (given) => given.replace(xmlValues, (...found) => xmlValue(found.at(-1) as Record<string, string>, text)),
    secret: (given) => {
      if (given !== '')
        secrets.set(
          given,
          given.replace(word, (part) => alike(part, randomBytes(64))),
        );
      return text(given);
    },
  };
}

const xmlValues =
  /<!--[\s\S]*?-->|<!\[CDATA\[(?<cdata>[\s\S]*?)\]\]>|(?<=>)(?<content>[^<]+)|(?<=\s)(?!xmlns|encoding|version)(?<name>[\w:.-]+)\s*=\s*(?<mark>["'])(?<quoted>.*?)\k<mark>/g;

/** A comment says nothing that is read. */
function xmlValue({ cdata, content, name, mark, quoted }: Record<string, string>, blank: Blanker['text']): string {
  if (cdata !== undefined) return `<![CDATA[${blank(cdata)}]]>`;
  if (content !== undefined) return entities(content, blank);
  return name === undefined ? '' : `${name}=${mark}${entities(quoted ?? '', blank)}${mark}`;
}

function newOrigin(origin: string, hostPattern: Kept['hostPattern'], number: number): string {
  const host = URL.canParse(origin) ? new URL(origin).host : '';
  const pattern = hostPattern(host);
  if (pattern === undefined) return `https://host${number}.example`;
  return `https://${pattern.startsWith('*.') ? `host${number}${pattern.slice(1)}` : host}`;
}

/** What a pattern finds, and what is between, each in its own way. */
function pieces(
  text: string,
  pattern: RegExp,
  found: (match: RegExpExecArray) => string,
  between: (text: string) => string,
): string {
  let made = '';
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    made += between(text.slice(from, match.index)) + found(match);
    from = match.index + match[0].length;
  }
  return made + between(text.slice(from));
}

const entities = (text: string, blank: (text: string) => string): string =>
  pieces(text, /&#?\w+;/g, ([entity]) => entity, blank);

const alphabets: readonly [RegExp, string][] = [
  [/\d/, '0123456789'],
  [/[a-z]/, 'abcdefghijklmnopqrstuvwxyz'],
  [/[A-Z]/, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'],
  [/[а-яё]/, 'абвгдежзиклмнопрстуфхцчшэюя'],
  [/[А-ЯЁ]/, 'АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЭЮЯ'],
];

/** A word with letters for letters and digits for digits; a number keeps its length. */
function alike(original: string, noise: Buffer): string {
  return [...original]
    .map((character, at) => {
      const alphabet = alphabets.find(([pattern]) => pattern.test(character))?.[1];
      if (alphabet === undefined) return character === '_' ? character : 'x';
      const drawn = noise[at % noise.length] as number;
      if (at === 0 && alphabet.startsWith('0')) return character === '0' ? '0' : String(1 + (drawn % 9));
      return alphabet[(drawn + at) % alphabet.length] as string;
    })
    .join('');
}

const isoDate = (noise: Buffer): string =>
  dateText({
    year: 1950 + (noise.readUInt8(0) % 70),
    month: 1 + (noise.readUInt8(1) % 12),
    day: 1 + (noise.readUInt8(2) % 28),
  });
