import type { RejectStage } from '../../store/ports.ts';

export type Language = 'ru' | 'en';

/** What is known of a reject or cause, for its sentence. */
export interface SentenceFacts {
  code: string;
  stage: RejectStage;
  /** The engine's own sentence, English; numbers of lines are taken from it. */
  reason: string;
  /** Lines of the other rows concerned, such as those with the same key. */
  otherLines?: readonly number[];
  /** The field as the reader of the report knows it: the column of the file. */
  field?: string;
  sink?: string;
}

/** Sentences of one language: by code, by stage for codes that are not known, and the words of the report. */
export interface Sentences {
  byCode: Readonly<Record<string, (facts: SentenceFacts) => string>>;
  byStage: Readonly<Record<RejectStage, (facts: SentenceFacts) => string>>;
  words: Readonly<Record<'cause' | 'rows' | 'line' | 'reason' | 'none' | 'raw' | 'number', string>>;
}

/** Of so many other lines a sentence names each; of more it names the first and counts the rest. */
export const LINES_NAMED = 5;

/** Signs that every encoding of reports has (windows-1251); any other would make the whole report unwritable. */
const unwritable = /[^\t -~А-яЁё«»„“”—–…№]/gu;

/** A target's own message, ready to stand in a report: at most 200 characters. */
export const shownMessage = (message: string): string => message.slice(0, 200).replace(unwritable, '?');

/** How the target names the record that is in the way of ours, out of the engine's sentence; '' where it does not. */
export const otherRecord = ({ reason }: SentenceFacts): string =>
  shownMessage(/, the other record is (.+)\)$/s.exec(reason)?.[1] ?? '');

/** New and known keys that may be one person, out of the engine's sentence; undefined where it does not name them. */
export function whoIsWho({ reason }: SentenceFacts): { fresh: string; known: string } | undefined {
  const [, fresh, known] = /^The new keys? (.+) may (?:each )?be (.+), who (?:is|are) known/s.exec(reason) ?? [];
  return fresh === undefined || known === undefined
    ? undefined
    : { fresh: shownMessage(fresh), known: shownMessage(known) };
}
