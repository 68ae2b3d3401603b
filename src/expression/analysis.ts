import { functionNames } from './functions/catalogue.ts';
import { otherInputChildren, sameInputChildren, type Node } from './tree.ts';
import type { Literal, NamePosition, Uses } from './types.ts';

/** What is known on the way down: names that the expression defines itself, and whether `name` is read from its input. */
interface Reach {
  own: Set<string>;
  atInput: boolean;
}

const known = new Set(functionNames);

/** Reads off a syntax tree what the expression mentions. */
export function analyse(text: string, tree: Node): Uses {
  const uses: Uses = { variables: [], functions: [], fields: [], whole: [], literals: [] };
  const seen = new Set<string>();
  const add = (list: keyof Uses, found: NamePosition | Literal): void => {
    const mark = `${list} ${found.offset}`;
    if (seen.has(mark)) return;
    seen.add(mark);
    (uses[list] as (NamePosition | Literal)[]).push(found);
  };

  const walk = (node: Node, reach: Reach, next?: Node): void => {
    if (node.type === 'path') return walkPath(node, reach);
    if (readsWhole(node, reach, next)) add('whole', { name: String(node.value ?? ''), offset: node.position ?? 0 });
    if (node.type === 'variable') mention(node, reach);
    if (isLiteral(node)) add('literals', literalOf(text, node));
    const called = calledName(node);
    if (called) call(node, called, reach);
    const inside = opensScope(node) ? { ...reach, own: new Set(reach.own) } : reach;
    if (node.type === 'lambda') for (const parameter of node.arguments ?? []) inside.own.add(String(parameter.value));
    const bound = node.type === 'bind' && !Array.isArray(node.lhs) ? node.lhs : undefined;
    // A function may call itself by its own name; any other value is read before the name exists.
    if (bound && node.rhs?.type === 'lambda') inside.own.add(String(bound.value));
    for (const child of sameInputChildren(node)) if (child !== called && child !== bound) walk(child, inside);
    if (bound) inside.own.add(String(bound.value));
    for (const child of otherInputChildren(node)) walk(child, { ...inside, atInput: false });
  };

  const walkPath = (node: Node, reach: Reach): void => {
    const steps = node.steps ?? [];
    const inside = { ...reach, own: new Set(reach.own) };
    for (const step of steps) for (const name of namesBoundBy(step)) inside.own.add(name);
    const first = steps[0];
    const rooted = first?.type === 'variable' && (first.value === '$' || (first.value === '' && reach.atInput));
    const field = rooted ? steps[1] : reach.atInput ? first : undefined;
    if (field?.type === 'name') add('fields', { name: String(field.value), offset: nameOffset(text, field) });
    steps.forEach((step, index) => {
      // Said here, with what is read of it; the walk below finds the same place again.
      if (step.type === 'variable' && index === 0) mention(step, inside, steps[1]);
      if (step.type !== 'name') {
        const isFirst = index === 0;
        return walk(step, { ...inside, atInput: inside.atInput && isFirst }, isFirst ? steps[1] : undefined);
      }
      for (const child of otherInputChildren(step)) walk(child, { ...inside, atInput: false });
    });
    for (const child of otherInputChildren(node)) walk(child, { ...inside, atInput: false });
  };

  const mention = (node: Node, reach: Reach, next?: Node): void => {
    const name = String(node.value);
    if (name === '' || name === '$' || reach.own.has(name)) return;
    const isMember = next?.type === 'name' && !node.stages && !node.predicate;
    const member = isMember ? { member: { name: String(next.value), offset: nameOffset(text, next) } } : {};
    add(known.has(name) ? 'functions' : 'variables', { name, offset: variableOffset(node), ...member });
  };

  const call = (node: Node, called: Node, reach: Reach): void => {
    const name = String(called.value);
    if (name === '' || name === '$' || reach.own.has(name)) return;
    const args = (node.arguments ?? []).map((argument) =>
      isLiteral(argument) ? literalOf(text, argument) : undefined,
    );
    add('functions', { name, offset: variableOffset(called), ...(node.type === 'apply' ? {} : { args }) });
  };

  walk(tree, { own: new Set(), atInput: true });
  for (const list of Object.values(uses) as { offset: number }[][])
    list.sort((one, other) => one.offset - other.offset);
  return uses;
}

/** Functions that look at their input where an argument is left out, and how many arguments leave none out. */
const fullArguments: Readonly<Record<string, number>> = {
  string: 1,
  keys: 1,
  spread: 1,
  each: 2,
  sift: 2,
  lookup: 2,
  eval: 2,
};

/** Whether a node reads more of the input than one name says; `next`: the step behind it. */
function readsWhole(node: Node, { atInput, own }: Reach, next?: Node): boolean {
  if (node.type === 'parent') return true;
  if (node.type === 'wildcard' || node.type === 'descendant') return atInput;
  if (node.type === 'variable') {
    const isInput = node.value === '$' || (node.value === '' && atInput);
    return isInput && (next?.type !== 'name' || node.predicate !== undefined || node.stages !== undefined);
  }
  const called = node.type === 'function' ? String(calledName(node)?.value) : '';
  return atInput && !own.has(called) && (node.arguments?.length ?? 0) < (fullArguments[called] ?? 0);
}

/** The name that a node calls: `$f(…)`, `$f(?, …)`, `… ~> $f`. */
export function calledName(node: Node): Node | undefined {
  const called = node.type === 'apply' ? node.rhs : node.procedure;
  return called?.type === 'variable' ? called : undefined;
}

const opensScope = (node: Node): boolean => node.type === 'lambda' || node.type === 'block';
/** A text, a number, true, false or null. */
export const isLiteral = (node: Node): boolean =>
  node.type === 'string' || node.type === 'number' || node.type === 'value';

/** Variables that a step of a path defines: `@$x`, `#$i`. */
export function namesBoundBy(step: Node): string[] {
  const indexes = (step.stages ?? []).filter((stage) => stage.type === 'index').map((stage) => stage.value);
  return [step.focus, step.index, ...indexes].filter((name) => name !== undefined);
}

/** Where a variable begins: at its `$`. */
export const variableOffset = (node: Node): number => (node.position ?? 0) - String(node.value).length - 1;

/** Where a name begins; one in quotes begins at its quote. */
export function nameOffset(text: string, node: Node): number {
  const end = node.position ?? 0;
  const quoted = /["'`]/.test(text[end - 1] ?? '') ? 2 : 0;
  return Math.max(0, end - String(node.value).length - quoted);
}

/** A constant with its place. */
export function literalOf(text: string, node: Node): Literal {
  const value = node.value as Literal['value'];
  const end = node.position ?? 0;
  if (typeof value === 'string') return { value, offset: textOffset(text, end) };
  const written = /(\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null)$/.exec(text.slice(0, end));
  return { value, offset: written?.index ?? end };
}

/** Where the text literal begins that ends at `end`: its quote may stand escaped inside. */
function textOffset(text: string, end: number): number {
  const quote = text[end - 1];
  for (let at = end - 2; at >= 0; at--) {
    if (text[at] === quote && !isEscaped(text, at)) return at;
  }
  return 0;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text[at - 1 - backslashes] === '\\') backslashes++;
  return backslashes % 2 === 1;
}

/** Those of `$password`, `$uuid`, `$random`, `$millis`, `$shuffle` that an expression mentions: two evaluations differ (S5). */
export function mentionsImpure(expression: { uses: Uses }): string[] {
  const named = expression.uses.functions.map((use) => use.name).filter((name) => impure.has(name));
  return [...new Set(named)];
}

const impure = new Set(['password', 'uuid', 'random', 'millis', 'shuffle']);
