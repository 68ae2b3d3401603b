import { expect, test } from 'vitest';
import { slipOf } from '../../../src/language/load/check/near.ts';

test.each([
  ['emial', 'email'],
  ['nubmer', 'number'],
  ['Email', 'email'],
  ['lastname', 'last_name'],
])('%s is a slip of %s', (written, meant) => {
  expect(slipOf(written, ['email', 'number', 'last_name', 'phone1'])).toBe(meant);
});

test.each(['phone2', 'first_name', 'city', 'no', 'department'])('%s is a name of its own', (written) => {
  expect(slipOf(written, ['email', 'number', 'last_name', 'phone1', 'id', 'depth'])).toBeUndefined();
});
