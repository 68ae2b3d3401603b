import type { Hole } from '../types.ts';

/** A piece of a rendered text: what the template says, or a value as text with its hole. */
export interface Piece {
  text: string;
  hole?: Hole;
}
