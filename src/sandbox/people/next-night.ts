import { surnames, surnameFor } from './names.ts';
import { personOfNumber, type Person } from './person.ts';
import { mix, newRandom, shuffled } from './random.ts';
import { otherDepartment } from './stream-csv.ts';

/** How much happens; the default amounts are usual for a day, at least one each. */
export interface NightOptions {
  seed?: number;
  hired?: number;
  moved?: number;
  dismissed?: number;
  vanished?: number;
  renamed?: number;
  /** Hiring date of the newcomers, YYYY-MM-DD; default 2026-11-23. */
  hiredOn?: string;
  /** Tab numbers that stay as they are, for instance those of dirty rows. */
  except?: Iterable<string>;
}

/** The people of the next day and the tab numbers of those to whom something happened, each to one thing only. */
export interface Night {
  people: Person[];
  hired: string[];
  /** Another department. */
  moved: string[];
  /** Still in the file, with the status `уволен`. */
  dismissed: string[];
  /** No longer in the file. */
  vanished: string[];
  /** Another surname, the address as it was. */
  renamed: string[];
}

/** What a day changes in the HR system. The people given stay untouched; the same input gives the same night. */
export function nextNight(people: readonly Person[], options: NightOptions = {}): Night {
  const { seed = 2 } = options;
  const share = (part: number) => Math.max(1, Math.round(people.length * part));
  const untouchable = new Set(options.except);
  const pool = shuffled(people, seed).filter(
    (person) => person.status === 'работает' && !untouchable.has(person.tabNumber),
  );
  const take = (count: number) => pool.splice(0, count).map(({ tabNumber }) => tabNumber);
  const moved = take(options.moved ?? share(0.005));
  const dismissed = take(options.dismissed ?? share(0.002));
  const vanished = take(options.vanished ?? share(0.001));
  const renamed = take(options.renamed ?? share(0.0003));
  const hires = newcomers(people, options.hired ?? share(0.003), seed, options.hiredOn ?? '2026-11-23');

  const changes = new Map<string, (person: Person) => Person>([
    ...moved.map((key) => [key, move] as const),
    ...dismissed.map((key) => [key, dismiss] as const),
    ...renamed.map((key) => [key, (person: Person) => rename(person, seed)] as const),
  ]);
  const gone = new Set(vanished);
  const stayed = people.flatMap((person) => {
    if (gone.has(person.tabNumber)) return [];
    return [changes.get(person.tabNumber)?.(person) ?? person];
  });
  const hired = hires.map(({ tabNumber }) => tabNumber);
  return { people: [...stayed, ...hires], hired, moved, dismissed, vanished, renamed };
}

function newcomers(people: readonly Person[], count: number, seed: number, hiredOn: string): Person[] {
  let number = people.reduce((highest, { tabNumber }) => Math.max(highest, Number(tabNumber)), 0);
  return Array.from({ length: count }, () => ({ ...personOfNumber((number += 1), seed), hiredOn }));
}

function move(person: Person): Person {
  return { ...person, department: otherDepartment(person.department) };
}

function dismiss(person: Person): Person {
  return { ...person, status: 'уволен' };
}

function rename(person: Person, seed: number): Person {
  const gender = person.middleName.endsWith('на') ? 'female' : 'male';
  const others = surnames.filter((surname) => surnameFor(gender, surname) !== person.lastName);
  const surname = newRandom(mix(seed, Number(person.tabNumber))).pick(others);
  return { ...person, lastName: surnameFor(gender, surname) };
}
