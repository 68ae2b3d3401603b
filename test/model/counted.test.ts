import { expect, test } from 'vitest';
import { counted } from '../../src/model/counted.ts';

test('one is one, and every other number is many', () => {
  expect([0, 1, 2].map((count) => counted(count, 'row'))).toEqual(['0 rows', '1 row', '2 rows']);
  expect([1, 21].map((count) => counted(count, 'person', 'people'))).toEqual(['1 person', '21 people']);
});
