import { distance } from 'fastest-levenshtein';

/**
 * The candidate that was probably meant: at most one letter of `lettersPerSlip`, a third of them, differs. Undefined
 * when none is near.
 */
export function nearestName(name: string, candidates: Iterable<string>, lettersPerSlip = 3): string | undefined {
  const sought = name.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(name.length / lettersPerSlip)) + 1;
  for (const candidate of candidates) {
    const apart = isSwap(sought, candidate.toLowerCase()) ? 1 : distance(sought, candidate.toLowerCase());
    if (apart < bestDistance) [best, bestDistance] = [candidate, apart];
  }
  return best;
}

/** Two neighbouring letters in the wrong order: one slip of the hand, though two edits. */
function isSwap(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  const at = [...a].findIndex((letter, index) => letter !== b[index]);
  return a[at] === b[at + 1] && a[at + 1] === b[at] && a.slice(at + 2) === b.slice(at + 2);
}
