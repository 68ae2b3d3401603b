import { counted } from '../../model/counted.ts';
import { charset } from './charsets.ts';

const candidates = ['windows-1251', 'cp866', 'koi8-r'] as const;
type CandidateName = (typeof candidates)[number];

/** What was judged; `why` ends a sentence. */
export type CyrillicGuess = { is: 'sure'; name: CandidateName } | { is: 'unsure'; why: string };

/** Shares of the letters in Russian texts, in percent (Russian National Corpus). */
const shares: Readonly<Record<string, number>> = {
  ...{ о: 10.97, е: 8.45, а: 8.01, и: 7.35, н: 6.7, т: 6.26, с: 5.47, р: 4.73, в: 4.54, л: 4.4, к: 3.49 },
  ...{ м: 3.21, д: 2.98, п: 2.81, у: 2.62, я: 2.01, ы: 1.9, ь: 1.74, г: 1.7, з: 1.65, б: 1.59, ч: 1.44 },
  ...{ й: 1.21, х: 0.97, ж: 0.94, ш: 0.73, ю: 0.64, ц: 0.48, щ: 0.36, э: 0.32, ф: 0.26, ъ: 0.04, ё: 0.1 },
  ...{ і: 0.05, ї: 0.02, є: 0.02, ў: 0.01 },
};

/** Signs that stand in tables of people beside letters. */
const signs = new Set('«»„“”‘’–—…№§°±·•\u00A0\u00AD©™');
const signWeight = Math.log(0.002);
/** Anything else: frames of tables, letters of other languages. */
const strangeWeight = Math.log(0.00002);
/** A capital behind a small letter, or a letter beside a Latin one: the sign of the wrong encoding. */
const oddWeight = Math.log(0.02);

const weights = new Map(Object.entries(shares).map(([letter, share]) => [letter, Math.log(share / 100)]));

/** Fewer letters than this could be anything. */
const leastLetters = 12;
/** In texts of names and titles the mean is about -3.1; of the wrong encoding it is below -4. */
const leastMean = -3.7;
/** The next best must be less likely by a factor of e to this. */
const leastLead = 15;

/**
 * Judges bytes that are no UTF-8 by how often the letters occur in Russian, and by capitals inside of words. Sure only
 * where it reads as Russian and the next best is out of the question.
 */
export function guessCyrillic(sample: Uint8Array): CyrillicGuess {
  const scores = candidates
    .map((name) => ({ name, ...scoreOf(charset(name).decodeLossy(sample)) }))
    .sort((a, b) => b.score - a.score);
  const [best, next] = scores as [(typeof scores)[number], (typeof scores)[number]];
  if (best.letters < leastLetters)
    return { is: 'unsure', why: `${counted(best.letters, 'letter')} beyond ASCII are too few to judge by` };
  if (best.score / best.others < leastMean)
    return { is: 'unsure', why: `it does not read as Russian in ${candidates.slice(0, -1).join(', ')} or koi8-r` };
  if (best.score - next.score < leastLead)
    return { is: 'unsure', why: `it reads as well in ${best.name} as in ${next.name}` };
  return { is: 'sure', name: best.name };
}

/** The logarithm of the likelihood, over all characters beyond ASCII. */
function scoreOf(text: string): { score: number; others: number; letters: number } {
  let score = 0;
  let others = 0;
  let letters = 0;
  let before = '';
  for (const character of text) {
    if (character > '\u007F') {
      const small = character.toLowerCase();
      const weight = weights.get(small);
      others += 1;
      score += weight ?? (signs.has(character) ? signWeight : strangeWeight);
      if (weight !== undefined) {
        letters += 1;
        if (isLatin(before) || (character !== small && isSmallCyrillic(before))) score += oddWeight;
      }
    } else if (isLatin(character) && weights.has(before.toLowerCase())) score += oddWeight;
    before = character;
  }
  return { score, others, letters };
}

const isLatin = (character: string): boolean => /^[a-z]$/i.test(character);
const isSmallCyrillic = (character: string): boolean => /^[а-яё]$/.test(character);
