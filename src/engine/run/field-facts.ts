import type { Expression } from '../../expression/index.ts';
import type { Pipeline, Step } from '../../language/compile/pipeline.ts';
import type { Problem } from '../../model/problem.ts';

/** What reasons need to know of a pipeline's fields. */
export interface FieldFacts {
  /** Columns of the file behind a field of the record at any step; a path such as `to.email` has those of its first part. */
  columnsOf(field: string): readonly string[];
  /** Does an expression read nothing but fields that are known not to be personal? */
  isOpen(expression: Expression): boolean;
}

type Known = Pick<Pipeline, 'record' | 'steps'> & { personal?: readonly string[] };

const known = new WeakMap<Known, FieldFacts>();

/** The facts of a pipeline, found once. */
export function fieldFactsOf(pipeline: Known): FieldFacts {
  const found = known.get(pipeline) ?? newFacts(pipeline);
  known.set(pipeline, found);
  return found;
}

function newFacts(pipeline: Known): FieldFacts {
  const columns = new Map(pipeline.record.fields.map(({ name, from }) => [name, from.slice(0, 1)]));
  for (const step of pipeline.steps) for (const [made, from] of madeBy(step, columns)) columns.set(made, from);
  const personal = new Set(pipeline.personal);
  return {
    columnsOf: (field) => columns.get(field) ?? columns.get(field.split('.')[0] ?? field) ?? [field],
    isOpen: (expression) => isOpen(expression, personal),
  };
}

/** Fields that a step makes of others, each with the columns behind it; a field of the file keeps its own. */
function madeBy(step: Step, columns: ReadonlyMap<string, readonly string[]>): Map<string, string[]> {
  const made = new Map<string, string[]>();
  if (step.kind !== 'map' && step.kind !== 'set') return made;
  const add = (name: string, expression: Expression): void => {
    if (columns.has(name)) return;
    const from = columnsRead(expression, (field) => columns.get(field) ?? [field]);
    if (from.length > 0) made.set(name, [...new Set([...(made.get(name) ?? []), ...from])]);
  };
  for (const { path, expression } of step.shape.expressions) {
    add(String(path[0]), expression);
    if (path.length > 1) add(path.join('.'), expression);
  }
  return made;
}

function columnsRead(expression: Expression, columnsOf: (field: string) => readonly string[]): string[] {
  return [...new Set(expression.uses.fields.flatMap(({ name }) => columnsOf(name)))];
}

/** Names of the run that hold nothing of a record. */
const ofTheRun: ReadonlySet<string> = new Set(['params', 'run', 'pipeline', 'file']);

/** The record as a whole: `$`, `$$`, `*`, `%`, and a function without arguments, which takes what it stands on. */
const whole = /\$(?![\p{L}_])|[*%]|\$\w+\s*\(\s*\)/u;

/** What can't be seen to be open is taken for personal. */
function isOpen({ text, uses }: Expression, personal: ReadonlySet<string>): boolean {
  return (
    uses.fields.every(({ name }) => !personal.has(name)) &&
    uses.variables.every(({ name }) => ofTheRun.has(name)) &&
    !whole.test(text)
  );
}

/** Where something failed: its place in the document, and the expressions that may have failed there. */
export interface FailedAt {
  place: string;
  field?: string | undefined;
  expressions: readonly Expression[];
}

/**
 * The reason of a reject out of the problem of an expression: the value where it is known not to be personal, the place,
 * and the columns of the file behind it: `The code … is not in the table … (at map.department, from “Dept.”)`.
 */
export function reasonOf(error: Problem, { place, field, expressions }: FailedAt, facts: FieldFacts): string {
  const isOpen = expressions.length > 0 && expressions.every(facts.isOpen);
  const message = (isOpen ? error.withValue : undefined) ?? error.message;
  const at = [place, field].filter(Boolean).join('.');
  const from = [...new Set(expressions.flatMap((expression) => columnsRead(expression, facts.columnsOf)))];
  const isClear = from.length === 0 || (from.length === 1 && from[0] === at.split('.').at(-1));
  return `${message.replace(/[.]$/, '')} (at ${at}${isClear ? '' : `, from ${quoted(from)}`})`;
}

/** `the field “name”`, with its columns where they are called otherwise: `the field “name” (from “Full name”)`. */
export function fieldText(field: string, columns: readonly string[]): string {
  const isSame = columns.length === 0 || (columns.length === 1 && columns[0] === field);
  return isSame ? `the field “${field}”` : `the field “${field}” (from ${quoted(columns)})`;
}

const quoted = (names: readonly string[]): string => names.map((name) => `“${name}”`).join(', ');

/** The expressions of a step that make a field; without a field those of its conditions. */
export function expressionsAt(step: Step, field = ''): Expression[] {
  const shape = step.kind === 'map' || step.kind === 'set' ? step.shape : undefined;
  const { expressions = [] } = shape ?? (step.kind === 'call' ? step.parameters : {});
  const made = expressions.filter(({ path }) => path.join('.') === field).map(({ expression }) => expression);
  const conditions = [step.kind === 'filter' ? step.condition : undefined, field === '' ? step.when : undefined];
  return [...made, ...conditions.filter((condition) => condition !== undefined)];
}
