import type { Cells } from './csv-line.ts';
import type { Person } from './person.ts';
import { mix, newRandom, shuffled, type Random } from './random.ts';

/** What goes wrong in a real file. The value is how many rows, out of 10,000, have it by default. */
export const usualDirt = {
  /** No last name: the row can't be taken. */
  blankLastName: 20,
  /** The same row once more. */
  exactDuplicate: 15,
  /** The same tab number once more with another department: nobody knows which is right. */
  conflictingDuplicate: 5,
  /** A date that does not exist or is no date. */
  wrongDate: 20,
  /** `-` instead of an address. */
  dashEmail: 40,
  /** The same phone, written otherwise. */
  phoneFormat: 300,
  /** A spreadsheet ate the zeros of the tab number. */
  lostZeros: 100,
  /** Blanks around cells. */
  spaces: 100,
  /** A cell with delimiter, quotes and a line break inside, rightly quoted. */
  quotedCell: 30,
  /** A quote that is opened and never closed, about the middle of the file. */
  unclosedQuote: 1,
  /** A cell that a spreadsheet would run, in a row without last name, so that it comes back in the report. */
  spreadsheetCell: 3,
} as const;

export type DirtKind = keyof typeof usualDirt;
/** How many rows of each kind; kinds that are not named: none. */
export type DirtCounts = Partial<Record<DirtKind, number>>;
/** What is wrong with whom, by tab number. Kept from night to night, the dirt stays with the same people. */
export type DirtPlan = ReadonlyMap<string, DirtKind>;

const UNIT = 10_000;
const kinds = Object.keys(usualDirt) as DirtKind[];

/** The usual amounts for a file of `rows` rows; at least one of each. */
export function usualCounts(rows: number): Record<DirtKind, number> {
  const entries = kinds.map((kind) => [kind, Math.max(1, Math.round((usualDirt[kind] * rows) / UNIT))] as const);
  return { ...(Object.fromEntries(entries) as Record<DirtKind, number>), unclosedQuote: 1 };
}

/** Decides whom it hits: each person has at most one kind of dirt, so that the counts are exact. */
export function planDirt(rows: readonly Person[], counts: DirtCounts, seed: number): DirtPlan {
  const plan = new Map<string, DirtKind>();
  const middle = rows.slice(Math.floor(rows.length * 0.4), Math.ceil(rows.length * 0.6));
  for (const { tabNumber } of middle.slice(0, counts.unclosedQuote ?? 0)) plan.set(tabNumber, 'unclosedQuote');
  const free = shuffled(rows, seed).filter(({ tabNumber }) => !plan.has(tabNumber));
  const take = (kind: DirtKind, isFit: (person: Person) => boolean) => {
    let left = counts[kind] ?? 0;
    for (const { tabNumber } of left ? free.filter(isFit) : []) {
      if (left === 0) break;
      if (plan.has(tabNumber)) continue;
      plan.set(tabNumber, kind);
      left -= 1;
    }
    if (left > 0) throw new Error(`There are too few people for ${counts[kind]} rows of ${kind}.`);
  };
  // First the kind that not everybody can have.
  take('lostZeros', ({ tabNumber }) => tabNumber.startsWith('0'));
  for (const kind of kinds) if (kind !== 'lostZeros' && kind !== 'unclosedQuote') take(kind, () => true);
  return plan;
}

type Spoil = (cells: Cells, random: Random) => void;

const wrongDates = ['31.02.2020', '2021/13/45', '00.00.0000', 'вчера', '32.01.2019'];
const dangerous = ['=HYPERLINK("http://files.example/a","Город")', '@SUM(1+1)', '+7*8', "-2+3+cmd|' /C calc'!A0"];

const spoilers: Partial<Record<DirtKind, Spoil>> = {
  blankLastName: (cells, random) => (cells.Фамилия = random.pick(['', ' '])),
  wrongDate: (cells, random) => (cells['Дата приёма'] = random.pick(wrongDates)),
  dashEmail: (cells) => (cells.Почта = '-'),
  phoneFormat: (cells, random) => (cells.Телефон = otherPhone(cells.Телефон, random)),
  lostZeros: (cells) => (cells['Табельный номер'] = String(Number(cells['Табельный номер']))),
  spaces: (cells) => {
    cells.Фамилия = ` ${cells.Фамилия}  `;
    cells.Подразделение = `${cells.Подразделение} `;
  },
  quotedCell: (cells, random) => (cells.Город = random.pick(quotedCities)),
  spreadsheetCell: (cells, random) => {
    cells.Фамилия = '';
    cells.Город = random.pick(dangerous);
  },
};

const quotedCities = ['Москва; офис', 'Бизнес-центр "Маяк"', 'Тверь\r\nсклад 2', 'Омск\nофис "Север"; этаж 3'];

function otherPhone(phone: string, random: Random): string {
  const [code, rest] = [phone.slice(3, 6), phone.slice(8).replaceAll('-', '')];
  return random.pick([
    `+7${code}${rest}`,
    `8${code}${rest}`,
    `${code}${rest}`,
    `+7 (${code}) ${rest}`,
    `7-${code}-${rest}`,
  ]);
}

/** Spoils the cells of a row as planned; what concerns whole lines is up to the writer. */
export function spoil(cells: Cells, kind: DirtKind, seed: number): void {
  spoilers[kind]?.(cells, newRandom(mix(seed, Number(cells['Табельный номер']))));
}
