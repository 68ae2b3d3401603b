import { en } from './en.ts';
import type { Language, SentenceFacts, Sentences } from './facts.ts';
import { ru } from './ru.ts';

export type { Language, SentenceFacts, Sentences } from './facts.ts';

/** Sentences and words of each language. */
export const sentences: Readonly<Record<Language, Sentences>> = Object.freeze({ ru, en });

/** The sentence for a reject or a cause, in the reader's language and without a value of the row. */
export function sentenceFor(language: Language, facts: SentenceFacts): string {
  const { byCode, byStage } = sentences[language];
  const known = Object.hasOwn(byCode, facts.code) ? byCode[facts.code] : undefined;
  return (known ?? byStage[facts.stage])(facts);
}
