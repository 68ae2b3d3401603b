import type { Hole, Place } from '../types.ts';
import type { Piece } from './pieces.ts';
import { valueFault } from './values.ts';

/** What file systems allow for one name. */
const maxNameBytes = 255;

/**
 * Puts a file name, or a path of them, together. A name that a hole helped to make can't be empty, `.`, `..` or longer
 * than 255 bytes. Throws TEMPLATE_VALUE.
 */
export function joinFile(pieces: Piece[], place: Place): string {
  let name = '';
  let path = '';
  let hole: Hole | undefined;
  const endName = (): void => {
    if (hole) checkName(name, place, hole);
    path += name;
    name = '';
    hole = undefined;
  };

  for (const piece of pieces) {
    if (piece.hole) {
      hole ??= piece.hole;
      name += piece.text;
      continue;
    }
    piece.text.split('/').forEach((part, index) => {
      if (index > 0) {
        endName();
        path += '/';
      }
      name += part;
    });
  }
  endName();
  return path;
}

function checkName(name: string, place: Place, hole: Hole): void {
  if (name.trim() === '') throw valueFault(place, 'An empty name', hole.offset);
  if (/^\.+$/.test(name.trim())) throw valueFault(place, 'A name of dots', hole.offset);
  if (Buffer.byteLength(name) > maxNameBytes) throw valueFault(place, 'A name of more than 255 bytes', hole.offset);
}
