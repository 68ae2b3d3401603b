import iconv from 'iconv-lite';

/** Decodes bytes as they come; what is no character becomes U+FFFD. */
export interface StreamDecoder {
  write(bytes: Uint8Array): string;
}

// Those that iconv-lite has beside them, such as base64, are no encodings of text.
const known =
  /^(utf-?8|utf-16(le|be)|us-ascii|ascii|(windows-|cp)125\d|(iso-?8859-|latin-?)\d+|koi8-[ru]|(cp|ibm)?866|shift_jis|euc-(jp|kr)|gb(k|2312|18030)|big5)$/;

/** The decoder of an encoding by the name that a document declares, in small letters; undefined where it is not known. */
export function streamDecoder(encoding: string): StreamDecoder | undefined {
  if (!known.test(encoding) || !iconv.encodingExists(encoding)) return undefined;
  const decoder = iconv.getDecoder(encoding, { stripBOM: false });
  return { write: (bytes) => decoder.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)) };
}
