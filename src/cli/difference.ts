/** How two values differ, without a letter of either: what a masked change can still say. */
export type Difference = 'capitals' | 'blanks' | 'signs' | 'form' | 'one character' | 'value';

const withoutCapitals = (text: string): string => text.toLowerCase();
const withoutBlanks = (text: string): string => text.replace(/\s+/gu, '');
const withoutSigns = (text: string): string => text.replace(/[^\p{L}\p{M}\p{N}\s]+/gu, '');
const withoutForm = (text: string): string => withoutBlanks(withoutSigns(withoutCapitals(text)));

/**
 * Of two values that are not the same: only capitals, only blanks, only signs such as `+` and `-`, or only several of
 * these (`form`); one character put in, taken out or replaced; or another value. Of values that are no texts: `value`.
 */
export function differenceOf(before: unknown, after: unknown): Difference {
  if (typeof before !== 'string' || typeof after !== 'string') return 'value';
  const isSameBy = (look: (text: string) => string): boolean => look(before) === look(after);
  if (isSameBy(withoutCapitals)) return 'capitals';
  if (isSameBy(withoutBlanks)) return 'blanks';
  if (isSameBy(withoutSigns)) return 'signs';
  if (withoutForm(before) !== '' && isSameBy(withoutForm)) return 'form';
  return isOneCharacter([...before], [...after]) ? 'one character' : 'value';
}

/** The sentence for a person, which stands beside the masked values. */
export const differenceText: Readonly<Record<Difference, string>> = Object.freeze({
  capitals: '(only capitals differ)',
  blanks: '(only blanks differ)',
  signs: '(only signs differ)',
  form: '(only capitals, blanks and signs differ)',
  'one character': '(one character differs)',
  value: '(another value)',
});

/** Short values have no typing error that can be told from another value. */
const LEAST_LENGTH = 3;

function isOneCharacter(before: readonly string[], after: readonly string[]): boolean {
  const [short, long] = before.length < after.length ? [before, after] : [after, before];
  if (short.length < LEAST_LENGTH || long.length - short.length > 1) return false;
  let start = 0;
  while (start < short.length && short[start] === long[start]) start++;
  const rest = short.length - start - (long.length === short.length ? 1 : 0);
  return rest === 0 || short.slice(-rest).join('') === long.slice(-rest).join('');
}
