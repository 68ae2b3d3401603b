import { problem } from '../../model/problem.ts';
import { field } from '../sdk/field.ts';
import { charset, charsetNames, type Charset } from './charsets.ts';

export const encodingNames = [...charsetNames, 'auto'] as const;
/** What `encoding:` may say. */
export type Encoding = (typeof encodingNames)[number];

/** The word `encoding`, which all formats of text share. */
export const encodingField = field.choice(encodingNames, {
  about:
    'Encoding of the file. A byte order mark is always understood, and refused where it says another encoding. `utf-16` is read by its mark, without one as little endian, and written little endian with a mark. `auto` (for reading alone) takes the mark, else UTF-8 where the bytes are no other text, else judges by the letters whether it is windows-1251, cp866 or koi8-r; where that is not sure, the run fails and asks for the name.',
  default: 'utf-8',
  optional: true,
});

/** The word `bom`, beside `encoding`. */
export const bomField = field.boolean({
  about:
    'Write a byte order mark, by which Excel knows UTF-8 and UTF-16; by default with `utf-16` alone. Reading needs no option for it.',
  optional: true,
});

/** How text is written. */
export interface TextWriting {
  charset: Charset;
  /** Empty where no mark is wanted. */
  mark: Uint8Array;
}

export const byteOrderMark = '\uFEFF';

/** Throws ENCODING_AUTO for `auto`: a file to be written is no file to be looked at; ENCODING_MARK where no mark exists. */
export function textWriting(encoding: Encoding, bom: boolean = encoding === 'utf-16'): TextWriting {
  if (encoding === 'auto')
    throw problem('ENCODING_AUTO', '`encoding: auto` is for reading: it does not say how a file is to be written.', {
      fix: 'Name the encoding, such as `encoding: utf-8`.',
    });
  refuseMark(encoding, bom);
  const used = charset(encoding === 'utf-16' ? 'utf-16le' : encoding);
  return { charset: used, mark: bom ? used.encode(byteOrderMark) : new Uint8Array() };
}

/** Throws ENCODING_MARK where a byte order mark is wanted of an encoding that has none. */
export function refuseMark(encoding: Encoding, bom: boolean | undefined): void {
  if (!bom || encoding === 'auto' || encoding.startsWith('utf-')) return;
  throw problem('ENCODING_MARK', `A byte order mark does not exist in ${encoding}.`, { fix: 'Leave `bom` out.' });
}

/** ENCODING_UNMAPPABLE for a character; `place` such as `The column name`. Tells the character by its code alone. */
export function unmappable(place: string, character: string, { name }: Pick<Charset, 'name'>) {
  const code = `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
  return problem('ENCODING_UNMAPPABLE', `${place} holds the character ${code}, which ${name} does not have.`, {
    fix: 'Write the file in utf-8, or replace the character before.',
  });
}
