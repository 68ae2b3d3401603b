import { declarations } from '../functions/catalogue.ts';
import { arithmeticFix, described, type Clash, type Side } from './clash.ts';

const ofNumbers = 'floor ceil round abs sqrt power formatNumber formatBase formatInteger';
const ofTexts =
  'lowercase uppercase trim length substring substringBefore substringAfter contains split match replace parseInteger ' +
  'toMillis base64encode base64decode encodeUrlComponent encodeUrl decodeUrlComponent decodeUrl';

/** What JSONata's own functions, and ours by their signatures, ask of their first argument. */
const first = new Map<string, 'number' | 'text'>([
  ...ofNumbers.split(' ').map((name) => [name, 'number'] as const),
  ...ofTexts.split(' ').map((name) => [name, 'text'] as const),
  ...declarations.filter(({ accepts }) => /^<s[-?s:n]/.test(accepts)).map(({ name }) => [name, 'text'] as const),
]);

/** Whether a function fails for every value of its first argument; undefined where it may well be right. */
export function argumentClash(name: string, argument: Side): Clash | undefined {
  const { type, shown } = argument;
  const asked = first.get(name);
  if (!type || !asked || type.is === asked || (asked === 'text' && type.is === 'date')) return undefined;
  const message = `${described(argument)} and \`$${name}\` takes a ${asked}, so it rejects every record that has it`;
  if (asked === 'number') return { message, fix: numberFix(argument) };
  const inList = `Write \`… in ${shown}\` to look into the list, or \`$join(${shown}, ',')\` for one text.`;
  return { message, fix: type.is === 'list' ? inList : `Write \`$string(${shown})\`.` };
}

const numberFix = ({ type, shown }: Side): string =>
  type?.is === 'text' ? arithmeticFix('', type, shown, undefined) : 'Give it a number.';
