/** A node of jsonata's syntax tree, as far as we read it. Positions are behind the token. */
export interface Node {
  type: string;
  // The value is a text, a number, a boolean, null or, in a regex, a RegExp.
  value?: unknown;
  position?: number;
  steps?: Node[];
  arguments?: Node[];
  procedure?: Node;
  expressions?: Node[];
  expression?: Node;
  lhs?: Node | [Node, Node][];
  rhs?: Node;
  condition?: Node;
  then?: Node;
  else?: Node;
  body?: Node;
  thunk?: boolean;
  pattern?: Node;
  update?: Node;
  delete?: Node;
  terms?: { expression: Node }[];
  predicate?: { type: string; expr?: Node; value?: string }[];
  stages?: { type: string; expr?: Node; value?: string }[];
  group?: { lhs: [Node, Node][] };
  focus?: string;
  index?: string;
  keepArray?: boolean;
  keepSingletonArray?: boolean;
  tuple?: boolean;
}

/** `a ?? b` is `$exists(a) ? a : b`, where jsonata puts a copy of `a` that has no position of its own. */
export function isCoalescing(node: Node): boolean {
  const { condition } = node;
  return node.type === 'condition' && condition?.type === 'function' && condition.position === undefined;
}

/** Children that are evaluated with the same input as the node itself, in order. */
export function sameInputChildren(node: Node): Node[] {
  const pairs = Array.isArray(node.lhs) ? node.lhs.flat() : [];
  const single = Array.isArray(node.lhs) ? undefined : node.lhs;
  const children = [
    node.procedure,
    ...(node.type === 'lambda' ? [] : (node.arguments ?? [])),
    ...(node.expressions ?? []),
    node.expression,
    ...pairs,
    single,
    node.rhs,
    isCoalescing(node) ? undefined : node.condition,
    node.then,
    node.else,
    node.body,
    node.pattern,
  ];
  return children.filter((child) => child !== undefined);
}

/** Children that are evaluated with what the node itself found as input. */
export function otherInputChildren(node: Node): Node[] {
  const filters = [...(node.predicate ?? []), ...(node.stages ?? [])].map((filter) => filter.expr);
  const groups = node.group ? node.group.lhs.flat() : [];
  const terms = (node.terms ?? []).map((term) => term.expression);
  return [...filters, ...groups, ...terms, node.update, node.delete].filter((child) => child !== undefined);
}
