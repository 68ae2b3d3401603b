import { calledName, isLiteral, literalOf, nameOffset, variableOffset } from '../analysis.ts';
import type { Node } from '../tree.ts';

/** Where an expression begins in its text; inside it where that can't be told. */
export function beginOf(text: string, node: Node): number {
  const [first] = node.steps ?? [];
  const called = calledName(node);
  if (first) return beginOf(text, first);
  if (isLiteral(node)) return Math.max(0, literalOf(text, node).offset - (isNegative(node) ? 1 : 0));
  if (node.type === 'name') return nameOffset(text, node);
  if (node.type === 'variable') return variableOffset(node);
  if (called && node.type !== 'apply') return beginOf(text, called);
  if (node.lhs && !Array.isArray(node.lhs)) return beginOf(text, node.lhs);
  return Math.max(0, (node.position ?? 1) - 1);
}

const isNegative = (node: Node): boolean => typeof node.value === 'number' && node.value < 0;

/** An operand as it is written: a constant, a path, or a call by its name. */
export function shownOf(text: string, node: Node, side: 'left' | 'right'): string {
  const isShort = isLiteral(node) || node.type === 'variable' || (node.type === 'path' && isPlain(node));
  if (isShort) return text.slice(beginOf(text, node), endOf(node)).trim();
  const called = node.type === 'function' ? calledName(node) : undefined;
  return called ? `$${String(called.value)}(…)` : `the ${side} side`;
}

const isPlain = ({ steps = [] }: Node): boolean =>
  steps.every((step) => (step.type === 'name' || step.type === 'variable') && !step.stages && !step.predicate);

/** Where an expression ends in its text. */
export const endOf = (node: Node): number => node.steps?.at(-1)?.position ?? node.position ?? 0;
