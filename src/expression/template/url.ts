import type { Hole, Place } from '../types.ts';
import { percentEncode, percentEncodePath } from './escape.ts';
import type { Piece } from './pieces.ts';
import { valueFault } from './values.ts';

/**
 * Puts a URL together. In its path a hole is one encoded segment (`{{{…}}}` keeps slashes), and a segment with a hole
 * can't become empty, `.` or `..`, which would lead elsewhere; behind `?` a hole is an encoded value. A hole that begins
 * a URL (not a `segment`) is taken as it is. Throws TEMPLATE_VALUE.
 */
export function joinUrl(pieces: Piece[], place: Place): string {
  let url = '';
  let inPath = true;
  // The segment that is being written, and the hole it has.
  let segment = '';
  let holeInside: Hole | undefined;
  const endSegment = (): void => {
    if (holeInside) checkSegment(segment, place, holeInside);
    segment = '';
    holeInside = undefined;
  };

  pieces.forEach(({ text, hole }, index) => {
    if (hole && index === 0 && place === 'url') {
      url += wholeUrl(text, hole);
      inPath = !/[?#]/.test(text);
      return;
    }
    if (!inPath) {
      url += hole ? encode(text, hole) : text;
      return;
    }
    if (hole) holeInside = hole;
    for (const character of hole ? encode(text, hole) : text) {
      if (character === '/') endSegment();
      else if (!hole && (character === '?' || character === '#') && inPath) {
        endSegment();
        inPath = false;
      } else segment += character;
      if (hole && character === '/') holeInside = hole;
      url += character;
    }
  });
  if (inPath) endSegment();
  return url;
}

const encode = (text: string, hole: Hole): string => (hole.raw ? percentEncodePath(text) : percentEncode(text));

function wholeUrl(text: string, hole: Hole): string {
  if (text === '') throw valueFault('url', 'Nothing at the beginning', hole.offset);
  if (/[\s\u0000-\u001f\u007f]/.test(text)) throw valueFault('url', 'A blank at the beginning', hole.offset);
  return text;
}

function checkSegment(segment: string, place: Place, hole: Hole): void {
  if (segment === '') throw valueFault(place, 'An empty segment', hole.offset);
  if (segment === '.' || segment === '..') throw valueFault(place, 'A segment of dots', hole.offset);
}
