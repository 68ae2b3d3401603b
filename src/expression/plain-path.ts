import type { Node } from './tree.ts';
import type { Scope } from './types.ts';

/** Said by a quick evaluation that can't answer as jsonata would; jsonata is asked then. */
export const notPlain = Symbol('not plain');

export type QuickEvaluation = (input: unknown, scope: Scope) => unknown;

/**
 * Evaluates paths of names (`a.b`, `$x.a`) and constants at once, which is most of what a map holds. A list on the way
 * is left to jsonata, whose rules for sequences are its own. Undefined for any other expression.
 */
export function quickEvaluation(tree: Node, isFunction: (name: string) => boolean): QuickEvaluation | undefined {
  if (tree.type === 'string' || tree.type === 'number' || tree.type === 'value') return () => tree.value;
  if (tree.type === 'variable') return isBare(tree) ? variable(String(tree.value), isFunction) : undefined;
  if (tree.type !== 'path' || !tree.steps || !isBare(tree) || !tree.steps.every(isBare)) return undefined;
  const [first, ...rest] = tree.steps;
  if (!first || !rest.every((step) => step.type === 'name')) return undefined;
  const names = rest.map((step) => String(step.value));
  if (first.type === 'name') return follow((input) => input, [String(first.value), ...names]);
  const begin = first.type === 'variable' ? variable(String(first.value), isFunction) : undefined;
  return begin && follow(begin, names);
}

const decorations = [
  'predicate',
  'stages',
  'group',
  'focus',
  'index',
  'keepArray',
  'keepSingletonArray',
  'tuple',
] as const;

const isBare = (node: Node): boolean => decorations.every((decoration) => node[decoration] === undefined);

function variable(name: string, isFunction: (name: string) => boolean): QuickEvaluation | undefined {
  if (name === '' || name === '$') return (input) => (Array.isArray(input) ? notPlain : input);
  if (isFunction(name)) return undefined;
  return (_input, scope) => (Object.hasOwn(scope, name) ? scope[name] : undefined);
}

function follow(begin: QuickEvaluation, names: string[]): QuickEvaluation {
  return (input, scope) => {
    let value = begin(input, scope);
    for (const name of names) {
      if (Array.isArray(value) || typeof value === 'function' || value === notPlain) return notPlain;
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
      value = (value as Record<string, unknown>)[name];
    }
    return typeof value === 'function' ? notPlain : value;
  };
}
