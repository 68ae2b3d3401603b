import { nearestName } from '../../../expression/index.ts';

/** `; did you mean "x"?`, or what there is to choose from; '' when there is nothing. */
export function hint(name: string, known: readonly string[], prefix = ''): string {
  const near = nearestName(name, known);
  if (near !== undefined) return `; did you mean "${prefix}${near}"?`;
  if (known.length === 0) return '';
  const shown = known.slice(0, 12).map((each) => prefix + each);
  return `; there ${known.length === 1 ? 'is only' : 'are'} ${shown.join(', ')}${known.length > shown.length ? ' …' : ''}`;
}

/** What to write instead; undefined when nothing is near. */
export function writeInstead(name: string, known: readonly string[], prefix = ''): string | undefined {
  const near = nearestName(name, known);
  return near === undefined ? undefined : `Write \`${prefix}${near}\`.`;
}

/**
 * The name of which this one is a slip of the hand: `emial` for `email`, but neither `phone2` for `phone1` nor
 * `first_name` for `last_name`, which may both be there.
 */
export function slipOf(name: string, known: readonly string[]): string | undefined {
  const near = nearestName(name, known, 4);
  const isAnotherOfAKind = near !== undefined && withoutDigits(near) === withoutDigits(name);
  return name.length < 4 || isAnotherOfAKind ? undefined : near;
}

const withoutDigits = (name: string): string => name.replace(/\d+/g, '#');
