import { compileCondition, compileShape } from '../../expression/index.ts';
import type { Fields } from '../../model/record.ts';
import type { Operation } from '../../model/record.ts';
import type { DiffRule, MaskWay, Step } from './pipeline.ts';
import { compileReading } from './reading.ts';
import { graceOf, shareOf } from './units.ts';
import { writtenUse, type WrittenUse } from './written-use.ts';

type Written = Record<string, unknown>;

/** A step as it stands in a document, with its place; top-level `filter:` and `map:` are steps as well. */
export interface WrittenStep extends WrittenUse {
  path: (string | number)[];
}

/** The steps of a pipeline document in order; what can't be recognised is left out. */
export function writtenSteps(pipeline: Written): WrittenStep[] {
  const plain = (['filter', 'map'] as const).flatMap((kind) =>
    pipeline[kind] === undefined ? [] : [{ kind, options: pipeline[kind], words: {}, key: kind, path: [] }],
  );
  const listed = (Array.isArray(pipeline.steps) ? pipeline.steps : []).flatMap((item: unknown, index) => {
    const use = writtenUse(item, stepWords);
    return use ? [{ ...use, path: ['steps', index] }] : [];
  });
  return [...plain, ...listed];
}

const stepWords = ['connection', 'only', 'when', 'as'];

/** A step, compiled. Expressions must have been checked; throws their problems otherwise. */
export function compileStep(step: WrittenStep, pipelineName: string): Step {
  return Object.freeze({ ...stepWordsOf(step), ...ofKind(step, pipelineName) }) as Step;
}

/** Place and words of a step, compiled. */
export function stepWordsOf({ kind, words, path }: WrittenStep): Pick<Step, 'at' | 'only' | 'when' | 'as'> {
  return {
    at: path.length === 0 ? kind : `steps[${path[1]}]`,
    ...(words.only === undefined ? {} : { only: onlyOf(words.only) }),
    ...(words.when === undefined ? {} : { when: compileCondition(String(words.when)) }),
    ...(typeof words.as === 'string' ? { as: words.as } : {}),
  };
}

/** `only: create` and `only: [create, update]` alike; `upsert` stands for create and update. */
export function onlyOf(only: unknown): Operation[] {
  const listed = (Array.isArray(only) ? only : [only]) as Operation[];
  const all = listed.flatMap((name): Operation[] => (name === 'upsert' ? ['upsert', 'create', 'update'] : [name]));
  return Object.freeze([...new Set(all)]) as Operation[];
}

function ofKind({ kind, options }: WrittenStep, pipelineName: string): object {
  switch (kind) {
    case 'filter':
      return { kind, condition: compileCondition(String(options)) };
    case 'map':
    case 'set':
      return { kind, shape: compileShape(options), fields: Object.keys(options as Written) };
    case 'validate': {
      const { unique, ...schema } = options as Written & { unique?: string | string[] };
      return { kind, schema: Object.freeze(schema) as Fields, unique: unique === undefined ? [] : [unique].flat() };
    }
    case 'operation':
      return { kind, expression: compileReading(String(options)) };
    case 'dedupe':
      return { kind, by: Object.freeze([options].flat().map((each) => compileReading(String(each)))) };
    case 'mask':
      return { kind, fields: Object.freeze(maskWays(options as string[] | Record<string, MaskWay>)) };
    case 'hold':
      return { kind, until: compileReading(String((options as Written).until)) };
    case 'sort': {
      const { key, parent } = options as Record<string, string>;
      return { kind, key: compileReading(String(key)), parent: compileReading(String(parent)) };
    }
    case 'split': {
      const { each, into, by } = options as Record<string, string>;
      const parts = { each: compileReading(String(each)), into };
      return { kind, ...parts, ...(by === undefined ? {} : { by: compileReading(String(by)) }) };
    }
    default:
      return { kind: 'diff', rule: diffRule(options as Written, pipelineName) };
  }
}

/** A list of fields stands for tokens. */
const maskWays = (written: string[] | Record<string, MaskWay>): Record<string, MaskWay> =>
  Array.isArray(written) ? Object.fromEntries(written.map((field) => [field, 'token' as const])) : { ...written };

function diffRule(written: Written, pipelineName: string): DiffRule {
  const guard = (written.guard ?? {}) as Written;
  const shares = (['missing', 'leaves', 'update', 'create'] as const).flatMap((name) =>
    guard[name] === undefined ? [] : [[name, shareOf(guard[name] as string | number)] as const],
  );
  return Object.freeze({
    snapshot: typeof written.snapshot === 'string' ? written.snapshot : pipelineName,
    ...(written.match === undefined ? {} : { match: Object.freeze([written.match].flat() as string[]) }),
    missing: missingRule(written.missing),
    leaves: written.leaves === 'missing' ? 'missing' : 'keep',
    ...(written.protect === undefined ? {} : { protect: compileCondition(String(written.protect)) }),
    guard: Object.freeze({
      ...Object.fromEntries(shares),
      floor: typeof guard.floor === 'number' ? guard.floor : 0,
      then: guard.then === 'stop' ? 'stop' : 'hold',
    }),
  });
}

/** Without a word about it, a key is missing with the first complete feed that lacks it. */
function missingRule(written: unknown): DiffRule['missing'] {
  if (written === 'ignore') return 'ignore';
  const { after } = (written ?? {}) as { after?: string };
  return Object.freeze({ after: after === undefined ? { feeds: 1 } : graceOf(after) });
}
