import { isProblem, located, problem, type Problem } from '../model/problem.ts';
import { compileMarked } from './expression.ts';
import { isPromise, whenAllReady, whenReady } from './settle.ts';
import type { Environment, Expression, MaybePromise, Scope, Shape } from './types.ts';

/** What became of a part of a shape: its value, and how many of its expressions there were and gave something. */
interface Made {
  value: unknown;
  expressions: number;
  given: number;
}

type Maker = (input: unknown, scope: Scope, env: Environment) => MaybePromise<Made>;
type Path = (string | number)[];

/** Told of each mistake in a shape, with the path of its leaf. */
export type ShapeFault = (fault: Problem, path: Path) => void;

/**
 * Compiles a value whose leaves may be expressions (`=…`). Throws EXPRESSION_SYNTAX, EXPRESSION_REFUSED and SHAPE_HOLE;
 * given `onFault`, tells every one of them with its path instead and goes on.
 */
export function compileShape(value: unknown, onFault?: ShapeFault): Shape {
  const expressions: { path: Path; expression: Expression }[] = [];
  const maker = compilePart(value, [], (path, text) => {
    try {
      const expression = compileLeaf(text, path);
      if (expression) expressions.push({ path, expression });
      return expression;
    } catch (error) {
      if (!onFault || !isProblem(error)) throw error;
      onFault(error, path);
      return undefined;
    }
  });
  return Object.freeze({
    expressions: Object.freeze(expressions),
    ...(isMap(value) ? { keys: Object.freeze(Object.keys(value)) } : {}),
    make: (input: unknown, scope: Scope, env: Environment) => whenReady(maker(input, scope, env), (made) => made.value),
  });
}

/** The expression of a text leaf; undefined for a constant. */
function compileLeaf(text: string, path: Path): Expression | undefined {
  if (text.startsWith('=')) return compileMarked(text);
  const hole = text.indexOf('{{');
  if (hole < 0) return undefined;
  throw problem(
    'SHAPE_HOLE',
    `\`{{\` stands in \`${path.join('.')}\`, where values are made and texts are constants.`,
    {
      where: { offset: hole },
      fix: "Write an expression: ='…' & name.",
    },
  );
}

type LeafOf = (path: Path, text: string) => Expression | undefined;

function compilePart(value: unknown, path: Path, leafOf: LeafOf): Maker {
  if (Array.isArray(value)) return compileList(value, path, leafOf);
  if (isMap(value)) return compileMap(value, path, leafOf);
  const expression = typeof value === 'string' ? leafOf(path, value) : undefined;
  if (!expression) return () => ({ value, expressions: 0, given: 0 });
  const field = path.join('.');
  return (input, scope, env) =>
    whenReady(evaluateAt(field, expression, input, scope, env), (found) => ({
      value: found,
      expressions: 1,
      given: found === undefined ? 0 : 1,
    }));
}

/** What fails says at which key. */
function evaluateAt(
  field: string,
  expression: Expression,
  input: unknown,
  scope: Scope,
  env: Environment,
): MaybePromise<unknown> {
  const told = (error: unknown): never => {
    throw isProblem(error) && field !== '' ? located(error, { field }) : error;
  };
  try {
    const value = expression.evaluate(input, scope, env);
    return isPromise(value) ? value.catch(told) : value;
  } catch (error) {
    return told(error);
  }
}

/** Keys without a value are left out, and so is the whole map when none is left; one that is written empty stays. */
function compileMap(map: Record<string, unknown>, path: Path, leafOf: LeafOf): Maker {
  const parts = Object.entries(map).map(([key, value]) => [key, compilePart(value, [...path, key], leafOf)] as const);
  if (parts.length === 0) return () => ({ value: {}, expressions: 0, given: 0 });
  return (input, scope, env) =>
    whenAllReady(
      parts.map(([, make]) => make(input, scope, env)),
      (made) => {
        const entries = made.flatMap(({ value }, index) =>
          value === undefined ? [] : [[parts[index]?.[0] ?? '', value] as const],
        );
        return { value: entries.length === 0 ? undefined : Object.fromEntries(entries), ...counted(made) };
      },
    );
}

/** An item whose expressions are all without a value goes, constants and all; a list that an expression gives is spliced in. */
function compileList(list: unknown[], path: Path, leafOf: LeafOf): Maker {
  const parts = list.map((item, index) => compilePart(item, [...path, index], leafOf));
  return (input, scope, env) =>
    whenAllReady(
      parts.map((make) => make(input, scope, env)),
      (made) => ({ value: made.flatMap((item, index) => itemsOf(item, list[index])), ...counted(made) }),
    );
}

function itemsOf({ value, expressions, given }: Made, written: unknown): unknown[] {
  if (value === undefined || (expressions > 0 && given === 0)) return [];
  return Array.isArray(value) && !Array.isArray(written) ? (value as unknown[]) : [value];
}

function counted(made: Made[]): Pick<Made, 'expressions' | 'given'> {
  let [expressions, given] = [0, 0];
  for (const part of made) {
    expressions += part.expressions;
    given += part.given;
  }
  return { expressions, given };
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
