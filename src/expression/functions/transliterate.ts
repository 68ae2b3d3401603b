import { declare } from './declare.ts';

/**
 * ICAO Doc 9303, Machine Readable Travel Documents, part 3, section 6, table B (Cyrillic), as Russian passports use it.
 * The soft sign is left out.
 */
const letters: Record<string, string> = {
  а: 'a', б: 'b', в: 'v', г: 'g', д: 'd', е: 'e', ё: 'e', ж: 'zh', з: 'z', и: 'i', й: 'i', к: 'k', л: 'l', м: 'm',
  н: 'n', о: 'o', п: 'p', р: 'r', с: 's', т: 't', у: 'u', ф: 'f', х: 'kh', ц: 'ts', ч: 'ch', ш: 'sh', щ: 'shch',
  ъ: 'ie', ы: 'y', ь: '', э: 'e', ю: 'iu', я: 'ia', ґ: 'g', є: 'ie', і: 'i', ї: 'i', ў: 'u', ј: 'j', љ: 'lj',
  њ: 'nj', ћ: 'c', ђ: 'd', џ: 'dz', ѕ: 'dz', ѓ: 'g', ќ: 'k',
}; // prettier-ignore

const isCapital = (letter: string | undefined): boolean =>
  letter !== undefined && letter !== letter.toLowerCase() && letter === letter.toUpperCase();

/** Cyrillic letters in Latin ones; all other characters stay. */
export function transliterate(text: string): string {
  const characters = [...text.normalize('NFC')];
  return characters.map((letter, at) => latin(letter, characters[at - 1], characters[at + 1])).join('');
}

function latin(letter: string, before: string | undefined, after: string | undefined): string {
  const found = letters[letter.toLowerCase()];
  if (found === undefined) return letter;
  if (!isCapital(letter)) return found;
  // Щ is SHCH among capitals and Shch at the head of a name.
  const neighbour = after !== undefined && /\p{L}/u.test(after) ? after : before;
  return isCapital(neighbour) ? found.toUpperCase() : found.slice(0, 1).toUpperCase() + found.slice(1);
}

export default declare({
  name: 'transliterate',
  signature: '$transliterate(text)',
  about: 'Writes Cyrillic letters in Latin ones, as passports do (ICAO 9303). Other characters stay as they are.',
  example: { expression: "$transliterate('Щукин')", gives: 'Shchukin' },
  accepts: '<s-:s>',
  call: (_context, text) => transliterate(text as string),
});
