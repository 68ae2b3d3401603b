import { problem, type Problem } from '#sdk';

/** Both from 1. */
export interface Place {
  line: number;
  column: number;
}

const at = ({ line, column }: Place): string => `line ${line}, column ${column}`;

/** Of what the parser says only the kind of the fault: names around it may be values of a torn document. */
export function notWellFormed(place: Place, said: string): Problem {
  const why = said.replace(/^\d+:\d+: /, '').replace(/(: .*)?\.?$/s, '');
  if (why === 'undefined entity')
    return problem('XML_ENTITY', `An entity that XML does not have by itself stands in ${at(place)}.`, {
      fix: 'Ask for the file without entities: only &lt; &gt; &amp; &quot; &apos; and numbers are read.',
    });
  return problem('XML_BROKEN', `The document is not XML: reading stopped in ${at(place)} (${why}).`, {
    fix: 'Ask for the file once more.',
  });
}

/** An ampersand that stands for itself; where it is told by the end of the element before it. */
export const bareAmpersand = (after: Place): Problem =>
  problem('XML_BROKEN', `The document is not XML: a bare & stands in the text after ${at(after)}.`, {
    fix: 'Ask for a file in which it is written as &amp;.',
  });

/** A declaration of a document type. */
export const doctype = (place: Place): Problem =>
  problem('XML_DTD', `The document declares a document type (DTD) in ${at(place)}, which is refused.`, {
    fix: 'Ask for the file without <!DOCTYPE …>: it can define entities that fill the memory or read other files.',
  });

/** A record, or what stands between records, is too large. */
export const tooLarge = (place: Place, limit: number, isRecord: boolean): Problem =>
  problem(
    'XML_TOO_LARGE',
    `${isRecord ? 'A record' : 'What stands between two elements'} has more than ${limit} characters in ${at(place)}; each element and attribute counts as 64.`,
    { fix: 'Check that `records` names the elements that are single records, or raise `limit`.' },
  );

/** Too many elements inside each other. */
export const tooDeep = (place: Place, most: number): Problem =>
  problem('XML_TOO_DEEP', `More than ${most} elements stand inside each other in ${at(place)}.`, {
    fix: 'Check that it is the right file.',
  });

/** A record inside a record. */
export const nested = (place: Place, name: string): Problem =>
  problem('XML_NESTED', `A record <${name}> stands inside another one in ${at(place)}, where it would be no record.`, {
    fix: 'Ask for a file in which each record stands by itself, or say `nested: value` if the inner ones belong to the outer.',
  });

/** Bytes that the encoding does not have. */
export const badBytes = (place: Place, encoding: string): Problem =>
  problem('XML_ENCODING', `The document holds bytes that are not ${encoding} in ${at(place)}.`, {
    fix: 'Write in `encoding` what the file really is, or ask for it in UTF-8.',
  });

/** The path does not exist in the document. */
export const noRecords = (reason: string): Problem =>
  problem('XML_NO_RECORDS', `${reason}.`, {
    fix: 'Say in `records` where the records are, such as `records: /catalog/item`; capitals count.',
  });

/** Why a document is not whole. */
export const cut = (where: string): string => `the document ends ${where}`;
