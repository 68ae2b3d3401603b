/** Of one code point: combining marks take no column, East Asian wide characters and emoji take two (Unicode TR 11). */
const combining = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]$/u;

const colours = /\u001b\[[0-9;]*m/g;

/** Columns that a text takes on a terminal. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text.replace(colours, '')) {
    if (!combining.test(character)) width += wide.test(character) ? 2 : 1;
  }
  return width;
}

/** Shortens a text to so many columns; what is cut is shown by `…`. */
export function fitted(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let result = '';
  for (const character of text) {
    if (widthOf(result + character) > columns - 1) break;
    result += character;
  }
  return `${result}…`;
}
