import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generatePeople, nextNight, toCsv, type Night, type WrittenCsv } from '../people/index.ts';

/** The three files of the demo: a first night, the night after, and that file once more. */
export interface Nights {
  first: WrittenCsv;
  night: Night;
  second: WrittenCsv;
}

/**
 * The first file has all the dirt of real life, an unclosed quote among it. The second has that row mended: while a key
 * can't be read nobody is missing, and this night some people have really vanished.
 */
export function makeNights(count: number, seed = 7): Nights {
  const people = generatePeople({ count, seed });
  const first = toCsv(people, { dirt: true, seed });
  const night = nextNight(people, { seed: seed + 1, except: first.plan.keys() });
  const mended = new Map([...first.plan].filter(([, kind]) => kind !== 'unclosedQuote'));
  return { first, night, second: toCsv(night.people, { dirt: mended, seed }) };
}

/** Puts a file where the HR system exports to. `date` is YYYY-MM-DD. */
export async function exportFile(sftpFolder: string, date: string, csv: Buffer): Promise<void> {
  await writeFile(join(sftpFolder, 'out', `employees_${date}.csv`), csv);
}
