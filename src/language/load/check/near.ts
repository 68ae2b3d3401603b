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
