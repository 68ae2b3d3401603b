import { isStyledCell, problem } from '#sdk';
import { dayNumber } from './days.ts';
import { escapedText } from './escapes.ts';
import { styles } from './fixed-parts.ts';

/** What a cell has room for. */
const maxTextLength = 32_767;

/** A cell as XML, and its note. Nothing for a value that is none. Texts are never formulas. */
export function cellXml(given: unknown, reference: string, column: string): { xml: string; note?: string } {
  const styled = isStyledCell(given) ? given : undefined;
  const value = styled ? styled.value : given;
  const isWrong = styled?.look === 'wrong';
  const note = styled?.note === undefined ? {} : { note: styled.note };
  const cell = (style: number, type: string, content: string) => ({
    xml: `<c r="${reference}" s="${style + (isWrong ? styles.wrong : 0)}"${type}>${content}</c>`,
    ...note,
  });
  if (value === undefined || value === null || value === '') return styled ? cell(styles.text, '', '') : { xml: '' };
  if (typeof value === 'boolean') return cell(styles.plain, ' t="b"', `<v>${Number(value)}</v>`);
  if (typeof value === 'number' && Number.isFinite(value)) return cell(styles.plain, '', `<v>${value}</v>`);
  const day = typeof value === 'string' ? dayNumber(value) : undefined;
  if (day !== undefined) return cell(styles.day, '', `<v>${day}</v>`);
  return cell(styles.text, ' t="inlineStr"', textXml(textOf(value, column)));
}

/** The content of a cell of text. */
export const textXml = (text: string): string => `<is><t xml:space="preserve">${escapedText(text)}</t></is>`;

function textOf(value: unknown, column: string): string {
  if (typeof value !== 'string' && typeof value !== 'bigint')
    throw problem('XLSX_VALUE', `The field ${column} holds a ${kindOf(value)}, which is no cell.`, {
      fix: "Make a text of it first, such as `=$join(groups, ', ')`.",
    });
  const text = String(value);
  if (text.length <= maxTextLength) return text;
  throw problem(
    'XLSX_VALUE',
    `The field ${column} has ${text.length} characters, and a cell has room for ${maxTextLength}.`,
    {
      fix: 'Leave the field out, or write CSV.',
    },
  );
}

const kindOf = (value: unknown): string =>
  typeof value === 'number' ? 'number without end' : Array.isArray(value) ? 'list' : 'map';

/** The letters of a column, from 1. */
export function lettersOf(column: number): string {
  let letters = '';
  for (let rest = column; rest > 0; rest = Math.floor((rest - 1) / 26))
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters;
  return letters;
}
