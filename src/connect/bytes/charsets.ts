import iconv from 'iconv-lite';

export const charsetNames = ['utf-8', 'windows-1251'] as const;
export type CharsetName = (typeof charsetNames)[number];

/** How text stands in bytes. Nothing is replaced silently in either direction. */
export interface Charset {
  name: CharsetName;
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
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lossyUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });

const utf8: Charset = {
  name: 'utf-8',
  decode(bytes) {
    try {
      return strictUtf8.decode(bytes);
    } catch {
      return undefined;
    }
  },
  decodeLossy: (bytes) => lossyUtf8.decode(bytes),
  encode: (text) => Buffer.from(text, 'utf8'),
  firstUnmappable: (text) => loneSurrogate.exec(text)?.[0],
};

// All but 0x98 of its bytes are characters, so a decoded text without U+FFFD is what was written.
const windows1251: Charset = {
  name: 'windows-1251',
  decode(bytes) {
    const text = iconv.decode(asBuffer(bytes), 'windows-1251');
    return text.includes('\uFFFD') ? undefined : text;
  },
  decodeLossy: (bytes) => iconv.decode(asBuffer(bytes), 'windows-1251'),
  encode: (text) => iconv.encode(text, 'windows-1251'),
  firstUnmappable(text) {
    const back = iconv.decode(iconv.encode(text, 'windows-1251'), 'windows-1251');
    if (back === text) return undefined;
    return [...text].find(
      (character) => iconv.decode(iconv.encode(character, 'windows-1251'), 'windows-1251') !== character,
    );
  },
};

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The charset of that name. */
export const charset = (name: CharsetName): Charset => (name === 'utf-8' ? utf8 : windows1251);
