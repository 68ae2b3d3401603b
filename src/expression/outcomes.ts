import { treeOf } from './expression.ts';
import { isLiteral, literalOf } from './analysis.ts';
import { isCoalescing, type Node } from './tree.ts';
import type { Literal } from './types.ts';

/** What an expression can come to, read off its branches. */
export interface Outcomes {
  /** Constants that a branch ends with. */
  constants: Literal[];
  /** Some branch ends with what only a record can say. */
  isOpen: boolean;
}

/** The constants among which an expression such as `deleted ? 'missing' : 'upsert'` chooses. The text must be readable. */
export function outcomesOf(text: string): Outcomes {
  const found: Outcomes = { constants: [], isOpen: false };
  gather(text, treeOf(text), found);
  return found;
}

function gather(text: string, node: Node, found: Outcomes): void {
  if (isLiteral(node)) found.constants.push(literalOf(text, node));
  else if (node.type === 'block' && node.expressions?.length) gather(text, node.expressions.at(-1) as Node, found);
  else if (node.type === 'condition' && !isCoalescing(node) && node.then) {
    gather(text, node.then, found);
    if (node.else) gather(text, node.else, found);
  } else found.isOpen = true;
}
