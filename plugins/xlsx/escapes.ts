/** Characters that XML does not have, as XLSX writes them: `_x000D_`. */
const escaped = /_x([0-9A-Fa-f]{4})_/g;

/** The text of a cell as it was meant. */
export const unescaped = (text: string): string =>
  text.includes('_x') ? text.replace(escaped, (_, code: string) => String.fromCharCode(parseInt(code, 16))) : text;

// A line feed and a tab can stand in XML, a carriage return would be read as a line feed.
const unwritable = /[\u0000-\u0008\u000B-\u001F\uFFFE\uFFFF]|\p{Surrogate}|_(?=x[0-9A-Fa-f]{4}_)/gu;

/** The text so that `unescaped` gives it back, for XML. */
export const escapedText = (text: string): string =>
  markup(
    text.replace(
      unwritable,
      (character) => `_x${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`,
    ),
  );

const signs: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text with the signs of XML written as entities. */
export const markup = (text: string): string => text.replace(/[&<>"]/g, (sign) => signs[sign]!);
