import type { ZipMember } from '#sdk';
import { readWhole } from './part-xml.ts';

/** How a number is to be read: as it is, as a day, a moment, a time of day, a span of hours, or with leading zeros. */
export type NumberLook = 'plain' | 'date' | 'moment' | 'time' | 'span' | { zeros: number };

/** Built-in formats that show days and times; East Asian ones among them. */
const builtIn: Readonly<Record<number, NumberLook>> = Object.freeze({
  ...Object.fromEntries([14, 15, 16, 17, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58].map((id) => [id, 'date'])),
  ...Object.fromEntries([18, 19, 20, 21, 32, 33, 34, 35, 45, 47, 55, 56].map((id) => [id, 'time'])),
  22: 'moment',
  46: 'span',
} as Record<number, NumberLook>);

/** The look of numbers by the style of a cell. */
export async function readStyles(part: ZipMember | undefined): Promise<readonly NumberLook[]> {
  const codes = new Map<number, string>();
  const looks: NumberLook[] = [];
  let isInCells = false;
  if (part)
    await readWhole(part.read(), {
      open(name, { numFmtId, formatCode = '' }) {
        if (name === 'numFmt') codes.set(Number(numFmtId), formatCode);
        else if (name === 'cellXfs') isInCells = true;
        else if (name === 'xf' && isInCells) looks.push(lookOf(Number(numFmtId ?? 0), codes));
      },
      close(name) {
        if (name === 'cellXfs') isInCells = false;
      },
    });
  return looks;
}

function lookOf(id: number, codes: ReadonlyMap<number, string>): NumberLook {
  const code = codes.get(id);
  return code === undefined ? (builtIn[id] ?? 'plain') : lookOfCode(code);
}

/** What a format such as `dd.mm.yyyy hh:mm` shows. Its first section is that of positive numbers, such as days are. */
export function lookOfCode(code: string): NumberLook {
  const isSpan = /\[(h+|m+|s+)\]/i.test(code);
  const bare = code
    .replace(/"[^"]*"|\\.|_.|\*.|\[[^\]]*\]/g, '')
    .split(';')[0]!
    .toLowerCase();
  if (/^0{2,}$/.test(bare)) return { zeros: bare.length };
  if (isSpan) return 'span';
  if (/general|основной|[#?0]/.test(bare.replace(/s\.?0+/g, 's'))) return 'plain';
  const hasTime = /[hs]/.test(bare) || /am\/pm/.test(bare);
  const hasDay = /[yd]/.test(bare) || (/m/.test(bare) && !hasTime);
  return hasDay ? (hasTime ? 'moment' : 'date') : hasTime ? 'time' : 'plain';
}
