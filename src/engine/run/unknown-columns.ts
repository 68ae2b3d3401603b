import { nearestName, type Expression, type Shape } from '../../expression/index.ts';
import type { Pipeline, Step } from '../../language/compile/pipeline.ts';

/**
 * A sentence for each field that an expression reads before the first `map`, and that neither the file nor
 * `record.fields` has: absent in every record, it would fail nothing and be noticed by nobody. Names of columns, no values.
 */
export function unknownColumns(pipeline: Pipeline, columns: readonly string[]): string[] {
  const { fields } = pipeline.record;
  const readAs = new Map<string, string>();
  for (const { name, from } of fields) {
    const column = from.find((each) => columns.includes(each));
    if (column !== undefined && column !== name) readAs.set(column, name);
  }
  const known = new Set([...columns.filter((column) => !readAs.has(column)), ...fields.map(({ name }) => name)]);
  const told = new Set<string>();
  const notes: string[] = [];
  for (const { place, expressions, makes } of readings(pipeline)) {
    for (const { name } of expressions.flatMap(({ uses }) => uses.fields)) {
      if (known.has(name) || told.has(name)) continue;
      told.add(name);
      notes.push(sentence(place, name, known, readAs.get(name)));
    }
    for (const name of makes ?? []) known.add(name);
  }
  return notes;
}

function sentence(place: string, name: string, known: ReadonlySet<string>, readAs: string | undefined): string {
  if (readAs !== undefined) return `${place} reads ${name}, which record.fields reads as ${readAs}; write ${readAs}.`;
  const nearest = nearestName(name, known);
  const meant = nearest === undefined ? '.' : `; is ${nearest} meant?`;
  return `${place} reads ${name}, and the file has no such column${meant}`;
}

/** What reads the record as it came, in order: up to the first `map`, behind which only its own fields are. */
function* readings({ record, steps, sinks }: Pipeline): Generator<{
  place: string;
  expressions: readonly Expression[];
  makes?: readonly string[];
}> {
  yield { place: 'key', expressions: record.key };
  yield { place: 'gone', expressions: listed(record.gone) };
  for (const step of steps) {
    yield { place: 'when', expressions: listed(step.when) };
    yield { place: step.kind === 'diff' ? 'protect' : step.kind, expressions: readBy(step) };
    if (step.kind !== 'map' && step.kind !== 'set') continue;
    yield { place: step.kind, expressions: leavesOf(step.shape), makes: step.fields };
    if (step.kind === 'map') return;
  }
  for (const { when } of sinks) yield { place: 'when', expressions: listed(when) };
}

/** What a step reads of the record and makes no field of. */
function readBy(step: Step): readonly Expression[] {
  switch (step.kind) {
    case 'filter':
      return [step.condition];
    case 'diff':
      return listed(step.rule.protect);
    case 'call':
      return leavesOf(step.parameters);
    case 'lookup':
      return [step.by];
    case 'sort':
      return [step.key, step.parent];
    case 'hold':
      return [step.until];
    case 'dedupe':
      return step.by;
    case 'split':
      return [step.each];
    default:
      return [];
  }
}

const listed = (expression: Expression | undefined): Expression[] => (expression ? [expression] : []);

const leavesOf = ({ expressions }: Shape): Expression[] => expressions.map((leaf) => leaf.expression);
