import type { Environment, Scope } from '../../src/expression/index.ts';
import { compileExpression } from '../../src/expression/index.ts';
import { isProblem, type Problem } from '../../src/model/problem.ts';

/** 24 November 2026, 05:30 in Moscow. */
export const tick = Date.UTC(2026, 10, 24, 2, 30);

const tables: Record<string, { columns: string[]; rows: Record<string, string>[] }> = {
  positions: {
    columns: ['code', 'name'],
    rows: [
      { code: '017', name: 'Welder' },
      { code: '018', name: '' },
    ],
  },
  offices: { columns: ['code', 'city', 'floor'], rows: [{ code: 'm1', city: 'Moscow', floor: '' }] },
  admins: { columns: ['id'], rows: [{ id: '1' }, { id: '2' }] },
};

export const environment: Environment = {
  now: tick,
  timezone: 'Europe/Moscow',
  tables: (name) => tables[name],
};

/** The value of an expression over a record, in the environment of the tests. */
export async function valueOf(
  text: string,
  input: unknown = {},
  scope: Scope = {},
  env = environment,
): Promise<unknown> {
  return compileExpression(text).evaluate(input, scope, env);
}

/** The problem that is thrown; fails where none is. */
export async function problemOf(act: () => unknown): Promise<Problem> {
  try {
    await act();
  } catch (error) {
    if (isProblem(error)) return error;
    throw error;
  }
  throw new Error('No problem was thrown.');
}
