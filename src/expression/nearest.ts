import { distance } from 'fastest-levenshtein';

/** The candidate that was probably meant: at most a third of the letters differ. Undefined when none is near. */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  const sought = name.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    const apart = distance(sought, candidate.toLowerCase());
    if (apart < bestDistance) [best, bestDistance] = [candidate, apart];
  }
  return best;
}
