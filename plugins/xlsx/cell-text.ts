import { textOfDays } from './days.ts';
import { unescaped } from './escapes.ts';
import { broken } from './faults.ts';
import type { PackedTexts } from './packed-texts.ts';
import type { NumberLook } from './styles.ts';

/** What a cell is read with. */
export interface CellReading {
  looks: readonly NumberLook[];
  texts?: PackedTexts;
  is1904: boolean;
}

/** A cell that gives no text: an error as the spreadsheet shows it, or a number that is no day. */
export interface CellFault {
  is: 'error' | 'day';
  shown: string;
}

/** The text of a cell: texts as they are, numbers without loss, days as ISO text. `type` and `style` are those of its element. */
export function cellText(raw: string, type: string, style: number, reading: CellReading): string | CellFault {
  switch (type) {
    case 's': {
      const text = reading.texts?.at(raw === '' ? NaN : Number(raw));
      if (text === undefined) throw broken('a cell refers to a text that is not in it');
      return text;
    }
    case 'inlineStr':
    case 'str':
      return unescaped(raw);
    case 'b':
      return raw.trim() === '1' || raw.trim() === 'true' ? 'true' : raw.trim() === '' ? '' : 'false';
    case 'e':
      return { is: 'error', shown: raw };
    case 'd':
      return raw.trim().replace(/T00:00:00(\.0+)?Z?$/, '');
    default:
      return numberText(raw.trim(), reading.looks[style] ?? 'plain', reading.is1904);
  }
}

function numberText(raw: string, look: NumberLook, is1904: boolean): string | CellFault {
  if (raw === '') return '';
  const number = Number(raw);
  if (!Number.isFinite(number)) throw broken('a cell of a number holds something else');
  if (look === 'plain') return plainNumber(raw, number);
  if (typeof look === 'object')
    return plainNumber(raw, number).replace(/^\d+$/, (digits) => digits.padStart(look.zeros, '0'));
  return textOfDays(number, look, is1904) ?? { is: 'day', shown: plainNumber(raw, number) };
}

/**
 * Files hold numbers with 17 digits, 1.1 as 1.1000000000000001: the shortest text of the same number is what was
 * entered. Whole numbers stay as they stand, for programs write some with more digits than a number holds.
 */
export function plainNumber(raw: string, number: number): string {
  if (/^-?(0|[1-9]\d*)$/.test(raw)) return raw;
  const text = String(number);
  const power = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (!power) return text;
  const [, sign = '', first = '', rest = '', exponent = ''] = power;
  const digits = first + rest;
  const shift = Number(exponent);
  return shift < 0 ? `${sign}0.${'0'.repeat(-shift - 1)}${digits}` : `${sign}${digits.padEnd(shift + 1, '0')}`;
}
