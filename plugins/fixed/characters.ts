/** A text by its characters: places are counted in them, and some characters take two places in a string. */
export interface Characters {
  length: number;
  slice(from: number, to?: number): string;
}

/** Blanks off the end, and no other white space. */
export function withoutPadding(text: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === ' ') end -= 1;
  return text.slice(0, end);
}

const pairs = /[\uD800-\uDBFF]/;

/** Only texts with pairs are taken apart, which few are. */
export function charactersOf(text: string): Characters {
  if (!pairs.test(text)) return text;
  const characters = [...text];
  return { length: characters.length, slice: (from, to) => characters.slice(from, to).join('') };
}
