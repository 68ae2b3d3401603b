import jsonata from 'jsonata';
import { problem, type Problem } from '../model/problem.ts';
import { analyse } from './analysis.ts';
import { failureProblem } from './failure.ts';
import { functionNames } from './functions/catalogue.ts';
import { contextName, registerFunctions } from './functions/register.ts';
import { beginEvaluation, guardrails, limits } from './limits.ts';
import { notPlain, quickEvaluation } from './plain-path.ts';
import { LinearRegex, patternFault } from './regex.ts';
import { plainResult } from './result.ts';
import { whenReady } from './settle.ts';
import { syntaxProblem } from './syntax.ts';
import { isCoalescing, otherInputChildren, sameInputChildren, type Node } from './tree.ts';
import { isTrue } from './truth.ts';
import type { Condition, Environment, Expression, Scope, Uses } from './types.ts';

const known = new Set(functionNames);

/**
 * Compiles a JSONata expression. Throws EXPRESSION_SYNTAX where it can't be read and EXPRESSION_REFUSED where it uses
 * what is closed, each with the offset in `text`.
 */
export function compileExpression(text: string): Expression {
  const parsed = parse(text);
  const tree = parsed.ast() as unknown as Node;
  const uses = analyse(text, tree);
  mendCoalescing(tree);
  refuseClosed(text, tree, uses);
  registerFunctions(parsed, new Set(uses.functions.map((use) => use.name)));
  if (canGrow(tree)) limitTexts(parsed);
  const quick = quickEvaluation(tree, (name) => known.has(name));
  const ownSentences = new Set(uses.literals.map((literal) => String(literal.value)));

  const slow = async (input: unknown, scope: Scope, env: Environment): Promise<unknown> => {
    const end = beginEvaluation();
    try {
      return plainResult(await parsed.evaluate(input, { ...scope, [contextName]: { env, scope } }));
    } catch (error) {
      throw failureProblem(text, error, ownSentences);
    } finally {
      end();
    }
  };

  return Object.freeze({
    text,
    uses,
    evaluate(input: unknown, scope: Scope, env: Environment) {
      const value = quick ? quick(input, scope) : notPlain;
      return value === notPlain ? slow(input, scope, env) : value;
    },
  });
}

/**
 * Compiles a condition; a leading `=` is allowed. Offsets count in `text` as it is written. Throws as
 * {@link compileExpression} does.
 */
export function compileCondition(text: string): Condition {
  const expression = compileMarked(text);
  return Object.freeze({
    ...expression,
    evaluate: (input: unknown, scope: Scope, env: Environment) =>
      whenReady(expression.evaluate(input, scope, env), isTrue),
  });
}

/** Compiles what may begin with `=`; a blank takes its place, so that offsets hold. */
export function compileMarked(text: string): Expression {
  return { ...compileExpression(text.replace(/^(\s*)=/, '$1 ')), text };
}

/** The syntax tree of what may begin with `=`; offsets count in `text`. Throws EXPRESSION_SYNTAX. */
export function treeOf(text: string): Node {
  return parse(text.replace(/^(\s*)=/, '$1 ')).ast() as unknown as Node;
}

function parse(text: string): jsonata.Expression {
  try {
    // jsonata's RegExpConstructor is only ever called with `new` and a pattern.
    return jsonata(
      text,
      Object.assign(Object.create(guardrails), { RegexEngine: LinearRegex }) as jsonata.JsonataOptions,
    );
  } catch (error) {
    throw syntaxProblem(text, error);
  }
}

function* everyNode(node: Node): Generator<Node> {
  yield node;
  for (const step of node.steps ?? []) yield* everyNode(step);
  for (const child of sameInputChildren(node)) yield* everyNode(child);
  for (const child of otherInputChildren(node)) yield* everyNode(child);
}

/** jsonata copies the left side of `??` through JSON, where a pattern becomes an empty map: the original goes there. */
function mendCoalescing(tree: Node): void {
  for (const node of everyNode(tree)) {
    if (isCoalescing(node) && node.condition && node.then) node.condition.arguments = [node.then];
  }
}

function refuseClosed(text: string, tree: Node, uses: Uses): void {
  const evaluating = [...uses.functions, ...uses.variables].find((use) => use.name === 'eval');
  if (evaluating) {
    throw refused('$eval runs a text as an expression, which nothing could check beforehand', evaluating.offset);
  }
  for (const node of everyNode(tree)) {
    if (!(node.value instanceof RegExp)) continue;
    const fault = patternFault(node.value);
    if (fault) throw refused(`The pattern can't be matched in linear time: ${fault}`, patternOffset(text, node));
  }
}

function patternOffset(text: string, node: Node): number {
  const { source } = node.value as RegExp;
  const end = node.position ?? 0;
  const begin = text.lastIndexOf(`/${source}/`, end);
  return begin < 0 ? text.lastIndexOf('/', end - 1) : begin;
}

function refused(sentence: string, offset: number): Problem {
  return problem('EXPRESSION_REFUSED', `${sentence}.`, { where: { offset }, fix: 'Write it in another way.' });
}

/** Whether texts can double again and again: by functions of one's own, or by many joins. */
function canGrow(tree: Node): boolean {
  let joins = 0;
  for (const node of everyNode(tree)) {
    if (node.type === 'lambda' && !node.thunk) return true;
    if (node.type === 'binary' && node.value === '&') joins++;
  }
  return joins >= 16;
}

/** Looks at every intermediate result; jsonata has a hook for it. Costs a turn for each, so only where it is needed. */
function limitTexts(parsed: jsonata.Expression): void {
  const check = (_node: unknown, _input: unknown, _env: unknown, result: unknown): void => {
    if (typeof result === 'string' && result.length > limits.textLength) {
      throw problem('EXPRESSION_FAILED', `The expression makes a text of more than ${limits.textLength} characters.`);
    }
  };
  parsed.assign(Symbol.for('jsonata.__evaluate_exit') as unknown as string, check);
}
