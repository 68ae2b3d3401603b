import { charset } from '#sdk';
import type { XmlOptions } from './options.ts';

/** How a document is written. */
export interface WrittenEncoding {
  /** As the declaration names it. */
  label: string;
  /** Stands before the declaration. */
  mark: string;
  has(text: string): boolean;
  /** Characters that the encoding lacks become references by their number. */
  bytes(text: string): Uint8Array;
}

const universal = (label: string, mark: string, encoding: 'utf8' | 'utf16le'): WrittenEncoding => ({
  label,
  mark,
  has: () => true,
  bytes: (text) => Buffer.from(text, encoding),
});

/** The encoding of that name. */
export function bytesIn(name: NonNullable<XmlOptions['encoding']>): WrittenEncoding {
  if (name === 'utf-8') return universal('UTF-8', '', 'utf8');
  if (name === 'utf-16') return universal('UTF-16', '\uFEFF', 'utf16le');
  const { encode, firstUnmappable } = charset(name);
  const has = (text: string): boolean => firstUnmappable(text) === undefined;
  return {
    label: name,
    mark: '',
    has,
    bytes: (text) => encode(has(text) ? text : withReferences(text, has)),
  };
}

const withReferences = (text: string, has: (character: string) => boolean): string =>
  text.replace(/[^\0-\x7f]/gu, (character) => (has(character) ? character : `&#${character.codePointAt(0)};`));
