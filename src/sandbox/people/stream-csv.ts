import iconv from 'iconv-lite';
import { cellsOf, csvLine, headerLine } from './csv-line.ts';
import { departments } from './organisation.ts';
import { personAt, type PeopleOptions } from './person.ts';
import { mix } from './random.ts';

/** Options of the stream. */
export interface StreamOptions extends PeopleOptions {
  /** Share of people, 0–1, who sit in another department than without this option: what a night changes. */
  movedShare?: number;
}

const CHUNK_CHARACTERS = 128 * 1024;

/**
 * The HR file of any number of people in chunks: windows-1251, `;`, CRLF, no dirt, random order of keys.
 * Every row is made when it is asked for, so memory does not grow with `count`.
 */
export function* streamPeopleCsv({ count, seed = 1, movedShare = 0 }: StreamOptions): Generator<Buffer, void, void> {
  let text = `${headerLine}\r\n`;
  for (let index = 0; index < count; index += 1) {
    const person = personAt(index, { count, seed });
    const isMoved = mix(seed + 1, Number(person.tabNumber)) < movedShare * 2 ** 32;
    if (isMoved) person.department = otherDepartment(person.department);
    text += `${csvLine(cellsOf(person))}\r\n`;
    if (text.length < CHUNK_CHARACTERS) continue;
    yield iconv.encode(text, 'windows-1251');
    text = '';
  }
  if (text) yield iconv.encode(text, 'windows-1251');
}

/** The next department of the list. */
export function otherDepartment(department: string): string {
  return departments[(departments.indexOf(department) + 1) % departments.length] as string;
}
