import { problem } from '../../model/problem.ts';
import { nearestName } from '../nearest.ts';
import { otherPicture } from './other-pictures.ts';

/** A part of a date picture: a field of the date, or text that stands as it is. */
export type PicturePart = { field: PictureField } | { text: string };

const fields = ['YYYY', 'YY', 'MMMM', 'MMM', 'MM', 'M', 'DD', 'D', 'HH', 'H', 'mm', 'ss', 'SSS'] as const;
export type PictureField = (typeof fields)[number];

const pictures = new Map<string, readonly PicturePart[]>();

/**
 * A picture such as `DD.MM.YYYY HH:mm` taken apart. Text in `[…]` stands as it is, as do all characters but Latin
 * letters (a single `T` is allowed, for ISO). Throws DATE_FORMAT.
 */
export function pictureParts(picture: string): readonly PicturePart[] {
  const known = pictures.get(picture);
  if (known) return known;
  const parts: PicturePart[] = [];
  for (const [piece] of picture.matchAll(/\[[^\]]*\]|([A-Za-z])\1*|[^A-Za-z[]+|\[/g))
    parts.push(partOf(piece, picture));
  if (!parts.some((part) => 'field' in part)) throw unknownPicture(picture, picture);
  pictures.set(picture, Object.freeze(parts));
  return parts;
}

function partOf(piece: string, picture: string): PicturePart {
  if (piece.length > 1 && piece.startsWith('[')) return { text: piece.slice(1, -1) };
  if (!/^[A-Za-z]/.test(piece) || piece === 'T') return { text: piece };
  const field = fields.find((name) => name === piece);
  if (field) return { field };
  throw unknownPicture(piece, picture);
}

const isKnown = (picture: string): boolean =>
  (picture.match(/([A-Za-z])\1*/g) ?? []).every((piece) => piece === 'T' || fields.some((name) => name === piece));

function unknownPicture(piece: string, picture: string) {
  const translated = otherPicture(picture);
  if (translated !== undefined && isKnown(translated)) {
    return problem('DATE_FORMAT', `The date format \`${picture}\` is written in the way of another tool.`, {
      fix: `Write ${translated}.`,
    });
  }
  const near = nearestName(piece, fields);
  return problem('DATE_FORMAT', `\`${piece}\` in the date format \`${picture}\` is not known.`, {
    fix: `${near ? `Did you mean ${near}? ` : ''}Known are ${fields.join(', ')}; other letters stand in [brackets].`,
  });
}
