import iconv from 'iconv-lite';
import { utf16 } from './utf16.ts';

/** Charsets that text may be written in. `utf-16` is told little or big by its mark. */
export const charsetNames = ['utf-8', 'windows-1251', 'cp866', 'koi8-r', 'utf-16', 'utf-16le', 'utf-16be'] as const;
/** One whose bytes are known without looking at them. */
export type CharsetName = Exclude<(typeof charsetNames)[number], 'utf-16'>;

/** How text stands in bytes. Nothing is replaced silently in either direction. */
export interface Charset {
  name: CharsetName;
  /** Bytes of the smallest unit: a line feed stands at a multiple of it. */
  unitBytes: 1 | 2;
  /** Undefined where the bytes are no text of this charset. A byte order mark stays in the text. */
  decode(bytes: Uint8Array): string | undefined;
  /** As `decode`, with U+FFFD for what can't be read: for showing only. */
  decodeLossy(bytes: Uint8Array): string;
  encode(text: string): Uint8Array;
  /** The first character that the charset does not have. */
  firstUnmappable(text: string): string | undefined;
}

// A half of a pair, which is no character.
const loneSurrogate = /\p{Surrogate}/u;

/** The first half of a pair without the other. */
const firstLoneSurrogate = (text: string): string | undefined => loneSurrogate.exec(text)?.[0];

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lossyUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });

const utf8: Charset = {
  name: 'utf-8',
  unitBytes: 1,
  decode(bytes) {
    try {
      return strictUtf8.decode(bytes);
    } catch {
      return undefined;
    }
  },
  decodeLossy: (bytes) => lossyUtf8.decode(bytes),
  encode: (text) => Buffer.from(text, 'utf8'),
  firstUnmappable: firstLoneSurrogate,
};

/**
 * Nearly each byte is a character (0x98 of windows-1251 is none), so a decoded text without U+FFFD is what was written.
 */
function singleByte(name: CharsetName): Charset {
  const decodeLossy = (bytes: Uint8Array): string => iconv.decode(asBuffer(bytes), name);
  const encode = (text: string): Uint8Array => iconv.encode(text, name);
  return {
    name,
    unitBytes: 1,
    decode(bytes) {
      const text = decodeLossy(bytes);
      return text.includes('\uFFFD') ? undefined : text;
    },
    decodeLossy,
    encode,
    firstUnmappable(text) {
      // iconv-lite writes U+FFFD as a byte that is no character.
      if (decodeLossy(encode(text)) === text && !text.includes('\uFFFD')) return undefined;
      return [...text].find((one) => one === '\uFFFD' || decodeLossy(encode(one)) !== one);
    },
  };
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const charsets: Readonly<Record<CharsetName, Charset>> = {
  'utf-8': utf8,
  'windows-1251': singleByte('windows-1251'),
  cp866: singleByte('cp866'),
  'koi8-r': singleByte('koi8-r'),
  'utf-16le': { name: 'utf-16le', ...utf16('le'), firstUnmappable: firstLoneSurrogate },
  'utf-16be': { name: 'utf-16be', ...utf16('be'), firstUnmappable: firstLoneSurrogate },
};

/** The charset of that name. */
export const charset = (name: CharsetName): Charset => charsets[name];
