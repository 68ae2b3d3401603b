/** Tar is written in blocks of this size. */
export const blockBytes = 512;

/** A header: `kind` is the sign of the type, '0' for a file. */
export interface TarHeader {
  name: string;
  kind: string;
  sizeBytes: number;
}

/** Reads a header; undefined where its sum or its numbers are wrong. */
export function parseHeader(block: Buffer): TarHeader | undefined {
  const sum = octal(block.subarray(148, 156));
  const sizeBytes = sizeOf(block.subarray(124, 136));
  if (sum !== sumOf(block) || sizeBytes === undefined) return undefined;
  const isUstar = block.toString('latin1', 257, 262) === 'ustar';
  const prefix = isUstar && block[262] === 0 ? textOf(block.subarray(345, 500)) : '';
  const name = textOf(block.subarray(0, 100));
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    kind: block[156] === 0 ? '0' : String.fromCharCode(block[156]!),
    sizeBytes,
  };
}

/** A header of a file, or of what kind it is. The name must have at most 100 bytes. */
export function makeHeader({ name, kind, sizeBytes }: TarHeader): Buffer {
  const block = Buffer.alloc(blockBytes);
  block.write(name, 0, 100, 'utf8');
  block.write('0000644\0', 100);
  block.write('0000000\0', 108);
  block.write('0000000\0', 116);
  block.write(`${sizeBytes.toString(8).padStart(11, '0')} `, 124);
  block.write('00000000000 ', 136);
  block.write(kind, 156);
  block.write('ustar\x0000', 257, 'latin1');
  block.write(`${sumOf(block).toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

/** The sum of a header, its own place taken for blanks. */
function sumOf(block: Buffer): number {
  let sum = 8 * 32;
  for (let at = 0; at < blockBytes; at += 1) if (at < 148 || at >= 156) sum += block[at]!;
  return sum;
}

const textOf = (bytes: Buffer): string => {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
};

function octal(bytes: Buffer): number | undefined {
  const text = textOf(bytes).trim();
  return /^[0-7]+$/.test(text) ? parseInt(text, 8) : undefined;
}

/** Sizes above 8 GB are written as a number of 11 bytes behind a sign. */
function sizeOf(bytes: Buffer): number | undefined {
  if (bytes[0] !== 0x80) return octal(bytes);
  const size = bytes.readUIntBE(6, 6);
  return bytes.subarray(1, 6).every((byte) => byte === 0) && Number.isSafeInteger(size) ? size : undefined;
}
