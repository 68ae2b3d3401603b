/** Shorter values stand inside too many words: they are blanked as whole words alone, or no sentence would be left. */
const shortestAnywhere = 4;
/** A single letter tells of nobody. */
const shortest = 2;
const longestMessage = 300;

/** Blanks values out of a message that comes from outside. */
export type Scrub = (message: string) => string;

/**
 * A scrub for these values: every text or number of 4 characters or more in them, however deep, becomes `…` regardless
 * of case, also where it is encoded for a URL; one of 2 or 3 characters (Ли, Kim) where it is a whole word. The message
 * is cut at 300 characters.
 */
export function scrubber(...values: unknown[]): Scrub {
  // Made when the first message comes: most batches are accepted without a word.
  let hidden: string[] | undefined;
  return (message) => {
    hidden ??= hiddenTexts(values);
    let scrubbed = message;
    for (const text of hidden) {
      scrubbed = text.length < shortestAnywhere ? blankWord(scrubbed, text) : blank(scrubbed, text);
    }
    const flat = scrubbed.replace(/\s+/g, ' ').trim();
    return flat.length > longestMessage ? `${flat.slice(0, longestMessage)}…` : flat;
  };
}

/** Longest first, so that a value that is part of another leaves nothing of it. */
function hiddenTexts(values: unknown[]): string[] {
  const texts = new Set<string>();
  collect(values, texts);
  return [...texts].sort((one, other) => other.length - one.length);
}

function collect(value: unknown, into: Set<string>): void {
  if (typeof value === 'object' && value !== null) {
    for (const item of Object.values(value)) collect(item, into);
    return;
  }
  if (typeof value !== 'string' && typeof value !== 'number') return;
  const text = String(value).trim().toLowerCase();
  if (text.length < shortest) return;
  into.add(text);
  const encoded = new URLSearchParams({ v: text }).toString().slice(2).toLowerCase();
  for (const form of [encoded, encoded.replaceAll('+', '%20')]) if (form !== text) into.add(form);
}

const wordOf = (text: string): RegExp =>
  new RegExp(
    `(?<![\\p{L}\\p{M}\\p{N}])${text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')}(?![\\p{L}\\p{M}\\p{N}])`,
    'giu',
  );

const blankWord = (message: string, word: string): string => message.replace(wordOf(word), '…');

function blank(message: string, hidden: string): string {
  const lower = message.toLowerCase();
  // Lower case can be longer than what it was made from; places then don't agree, and the whole message goes.
  if (lower.length !== message.length) return lower.includes(hidden) ? '…' : message;
  let result = '';
  let from = 0;
  for (let at = lower.indexOf(hidden); at >= 0; at = lower.indexOf(hidden, from)) {
    result += `${message.slice(from, at)}…`;
    from = at + hidden.length;
  }
  return result + message.slice(from);
}
