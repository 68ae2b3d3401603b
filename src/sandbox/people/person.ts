import { firstNames, inLatin, patronymicFor, patronymics, surnameFor, surnames, type Gender } from './names.ts';
import { cities, departments, positions } from './organisation.ts';
import { mix, newRandom, placeInRandomOrder, type Random } from './random.ts';

/** An employee as the HR system knows one. */
export interface Person {
  /** Unique; with leading zeros, 6 digits up to 999,999 people. */
  tabNumber: string;
  lastName: string;
  firstName: string;
  middleName: string;
  /** Unique. */
  email: string;
  department: string;
  positionCode: string;
  position: string;
  /** YYYY-MM-DD. */
  hiredOn: string;
  /** E.164. */
  phone: string;
  /** 123-456-789 01, with right check digits. */
  snils: string;
  status: 'работает' | 'уволен';
  city: string;
  /** Tab number of the manager; empty for the first person. */
  manager: string;
  rate: '1' | '0,5';
}

/** How many people, and the seed that decides who they are. */
export interface PeopleOptions {
  count: number;
  seed?: number;
}

/** People in a random order of their tab numbers. The same options give the same people. */
export function generatePeople({ count, seed = 1 }: PeopleOptions): Person[] {
  return Array.from({ length: count }, (_, index) => personAt(index, { count, seed }));
}

/** The person at a place of the file, made from the seed alone: nothing is held in memory. */
export function personAt(index: number, { count, seed = 1 }: PeopleOptions): Person {
  return personOfNumber(placeInRandomOrder(index, count, seed) + 1, seed);
}

/** The person with that number, from 1. */
export function personOfNumber(number: number, seed: number): Person {
  const random = newRandom(mix(seed, number));
  const gender: Gender = random.below(2) ? 'male' : 'female';
  const lastName = surnameFor(gender, random.pick(surnames));
  const firstName = random.pick(firstNames[gender]);
  const { code, title } = random.pick(positions);
  return {
    tabNumber: tabNumberOf(number),
    lastName,
    firstName,
    middleName: patronymicFor(gender, random.pick(patronymics)),
    email: `${inLatin(lastName)}.${inLatin(firstName.slice(0, 1))}${number}@company.example`,
    department: random.pick(departments),
    positionCode: code,
    position: title,
    hiredOn: hiringDate(random),
    phone: `+79${digits(random.below(1_000_000_000), 9)}`,
    snils: snilsOf(100_000_000 + random.below(899_999_999)),
    status: 'работает',
    city: random.pick(cities),
    manager: number === 1 ? '' : tabNumberOf(1 + random.below(Math.min(number - 1, 200))),
    rate: random.below(10) ? '1' : '0,5',
  };
}

function tabNumberOf(number: number): string {
  return digits(number, 6);
}

function digits(value: number, length: number): string {
  return String(value).padStart(length, '0');
}

const FIRST_HIRING_DAY = Date.UTC(2008, 0, 9);
const HIRING_DAYS = 6800;

function hiringDate(random: Random): string {
  return new Date(FIRST_HIRING_DAY + random.below(HIRING_DAYS) * 86_400_000).toISOString().slice(0, 10);
}

/** Appends the check digits: digits times 9…1, summed, modulo 101, where 100 counts as 00. */
function snilsOf(number: number): string {
  const text = String(number);
  let sum = 0;
  for (let place = 0; place < 9; place += 1) sum += Number(text[place]) * (9 - place);
  const check = digits((sum % 101) % 100, 2);
  return `${text.slice(0, 3)}-${text.slice(3, 6)}-${text.slice(6)} ${check}`;
}
