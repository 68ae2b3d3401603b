import { operations, type Counts, type Fields } from '../../model/record.ts';
import { isDeepStrictEqual } from 'node:util';
import { problem } from '../../model/problem.ts';
import { readFixture } from './check-document.ts';
import type { Sent } from './recorder.ts';

/** Every count that a case may expect: those of S2, filtered and delivered as a whole, and delivered by operation. */
export function countsByName({ filtered, delivered, ...counts }: Counts): Record<string, number> {
  return {
    ...counts,
    filtered: sum(filtered),
    delivered: sum(delivered),
    ...Object.fromEntries(operations.map((operation) => [operation, delivered[operation] ?? 0])),
  };
}

const sum = (counts: Record<string, number | undefined>): number =>
  Object.values(counts).reduce<number>((total, count) => total + (count ?? 0), 0);

/** A sentence for each count that is not as expected. */
export function countDifferences(expected: Readonly<Record<string, number>>, counts: Counts): string[] {
  const actual = countsByName(counts);
  return Object.entries(expected).flatMap(([name, count]) =>
    actual[name] === count ? [] : [`${name}: expected ${count}, was ${actual[name] ?? 0}`],
  );
}

/** Reads an expectation of what was sent. Throws FIXTURE_UNREADABLE. */
export function readSent(path: string): Sent[] {
  const list = readFixture(path);
  const isSent = (item: unknown): boolean =>
    isMap(item) && typeof item.sink === 'string' && typeof item.operation === 'string' && isMap(item.record);
  if (Array.isArray(list) && list.every(isSent)) return list as Sent[];
  throw problem('FIXTURE_UNREADABLE', `The fixture ${path} is not a list of what is sent.`, {
    fix: 'Write a list of { "sink": "equeo.users", "operation": "create", "record": { … } }, in the order of sending.',
  });
}

/** What was sent beside what was expected, in order; where a record differs, field by field. */
export function sentDifferences(expected: readonly Sent[], actual: readonly Sent[]): string[] {
  const length = Math.max(expected.length, actual.length);
  return Array.from({ length }, (_, at) => oneDifference(at + 1, expected[at], actual[at])).flat();
}

function oneDifference(number: number, expected: Sent | undefined, actual: Sent | undefined): string[] {
  if (!expected)
    return [`sent ${number}: nothing expected, was ${named(actual as Sent)} ${JSON.stringify(actual?.record)}`];
  if (!actual) return [`sent ${number}: expected ${named(expected)}, was nothing`];
  const what =
    named(expected) === named(actual) ? [] : [`sent ${number}: expected ${named(expected)}, was ${named(actual)}`];
  const names = [...new Set([...Object.keys(expected.record), ...Object.keys(actual.record)])];
  const fields = names.flatMap((name) => {
    const [wanted, found] = [expected.record[name], actual.record[name]];
    if (isDeepStrictEqual(wanted, found)) return [];
    return [`sent ${number}, ${name}: expected ${valueText(wanted)}, was ${valueText(found)}`];
  });
  return [...what, ...fields];
}

const named = ({ sink, operation }: Sent): string => `${operation} to ${sink}`;
const valueText = (value: unknown): string => (value === undefined ? 'no value' : JSON.stringify(value));
const isMap = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
