import iconv from 'iconv-lite';
import { cellsOf, csvLine, headerLine } from './csv-line.ts';
import { planDirt, spoil, usualCounts, type DirtCounts, type DirtKind, type DirtPlan } from './dirt.ts';
import type { Person } from './person.ts';
import { otherDepartment } from './stream-csv.ts';

/** How dirty the file is. */
export interface CsvOptions {
  /** `true`: the usual amounts; counts by kind; a plan of an earlier file; default none. */
  dirt?: boolean | DirtCounts | DirtPlan;
  seed?: number;
}

/** The file and what is known of it. */
export interface WrittenCsv {
  /** windows-1251, `;`, CRLF, with a header. */
  csv: Buffer;
  /** Give it to the next file, and the dirt stays with the same people. */
  plan: DirtPlan;
  /** People with each kind of dirt, really in this file. */
  dirt: Record<DirtKind, number>;
  /** Rows in the file, repeated ones included, the header not. */
  rows: number;
  /** Rows that can't be taken: no last name, no date, a conflicting pair (both), an unclosed quote. */
  unusableRows: number;
  /** Rows that say again what another says. */
  repeatedRows: number;
  /** People who can be taken. */
  usablePeople: number;
}

const unusable: readonly DirtKind[] = ['blankLastName', 'wrongDate', 'unclosedQuote', 'spreadsheetCell'];

/** Writes the HR file of these people, in their order, with dirt as wanted. The same input gives the same bytes. */
export function toCsv(people: readonly Person[], { dirt = false, seed = 1 }: CsvOptions = {}): WrittenCsv {
  const plan = planOf(people, dirt, seed);
  const lines = [headerLine];
  const atTheEnd: string[] = [];
  const counts = Object.fromEntries(Object.keys(usualCounts(0)).map((kind) => [kind, 0])) as Record<DirtKind, number>;
  for (const person of people) {
    const kind = plan.get(person.tabNumber);
    const line = lineOf(person, kind, seed);
    lines.push(line);
    if (!kind) continue;
    counts[kind] += 1;
    // Repeated rows come beside the first in some exports and far from it in others.
    const place = counts[kind] % 2 ? lines : atTheEnd;
    if (kind === 'exactDuplicate') place.push(line);
    if (kind === 'conflictingDuplicate')
      place.push(csvLine(cellsOf({ ...person, department: otherDepartment(person.department) })));
  }
  lines.push(...atTheEnd);
  const unusablePeople = unusable.reduce((sum, kind) => sum + counts[kind], 0);
  return {
    csv: iconv.encode(`${lines.join('\r\n')}\r\n`, 'windows-1251'),
    plan,
    dirt: counts,
    rows: lines.length - 1,
    unusableRows: unusablePeople + 2 * counts.conflictingDuplicate,
    repeatedRows: counts.exactDuplicate,
    usablePeople: people.length - unusablePeople - counts.conflictingDuplicate,
  };
}

function planOf(people: readonly Person[], dirt: boolean | DirtCounts | DirtPlan, seed: number): DirtPlan {
  if (dirt instanceof Map) return dirt;
  if (typeof dirt === 'boolean') return dirt ? planDirt(people, usualCounts(people.length), seed) : new Map();
  return planDirt(people, dirt as DirtCounts, seed);
}

function lineOf(person: Person, kind: DirtKind | undefined, seed: number): string {
  const cells = cellsOf(person);
  if (kind) spoil(cells, kind, seed);
  if (kind !== 'unclosedQuote') return csvLine(cells);
  return csvLine(cells).replace(`;${person.department};`, `;"${person.department};`);
}
