const closers: Record<string, string> = { ')': '(', ']': '[', '}': '{' };

/** What is open at the end of a text, or closed without having been opened: brackets outside quotes, and quotes. */
export function openEnds(text: string): { open: string[]; strayClose?: string; quote?: string } {
  const open: string[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string;
    if ('"\'`'.includes(character)) {
      const end = closingQuote(text, at);
      if (end < 0) return { open, quote: character };
      at = end;
    } else if ('([{'.includes(character)) open.push(character);
    else if (closers[character] && open.pop() !== closers[character]) return { open, strayClose: character };
  }
  return { open };
}

function closingQuote(text: string, begin: number): number {
  for (let at = begin + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === text[begin]) return at;
  }
  return -1;
}

/** Whether a piece of an expression was cut off behind this text. */
export function isCutShort(text: string): boolean {
  const ends = openEnds(text);
  return ends.quote !== undefined || ends.open.length > 0;
}

/** Whether this text is the rest of an expression that began before it. */
export const isRest = (text: string): boolean => openEnds(text).strayClose !== undefined;
