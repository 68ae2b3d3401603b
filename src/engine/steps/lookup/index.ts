import type { Environment, MaybePromise } from '../../../expression/index.ts';
import { listFieldOf } from '../../../language/compile/list-field.ts';
import { isNaming } from '../../run/record-key.ts';
import { concerns, named, type Passing, type RunStep, type StepOf, type StepTools, type Verdict } from '../step.ts';
import { newAsking } from './ask.ts';
import { Found, type Known } from './found.ts';
import { readInto } from './read.ts';

/** Gives each record what another source says of a key; read whole with the first record, or asked for some keys at once. */
export function lookupStep(step: StepOf<'lookup'>, tools: StepTools): RunStep {
  const found = new Found(tools.vault, tools.newLedger(), tools.newFacts('lookup'));
  return step.batch === undefined ? inAll(step, tools, found) : inAsked(step, step.batch, tools, found);
}

/** Where all is read, nothing waits once it is. */
function inAll(step: StepOf<'lookup'>, tools: StepTools, found: Found): RunStep {
  let isRead = false;
  let isUnsure = false;
  let reading: Promise<void> | undefined;
  const readAll = async (env: Environment): Promise<void> => {
    isUnsure = (await readInto(found, step, tools, env)) > 0;
    isRead = true;
  };
  const give = (passing: Passing, key: string): Verdict | undefined => {
    const known = found.get(key);
    return settle(step, passing, known !== 'not asked' ? known : isUnsure ? 'unsure' : 'nobody');
  };
  return async (passing, env) => {
    const key = await keyOf(step, passing, env);
    if (key === undefined) return undefined;
    if (!isRead) await (reading ??= readAll(env));
    return give(passing, key);
  };
}

/** Several keys are asked for at once, and yet records go on in the order in which they came. */
function inAsked(step: StepOf<'lookup'>, batch: number, tools: StepTools, found: Found): RunStep {
  const asking = newAsking(batch, async (keys, env) => {
    tools.signal.throwIfAborted();
    await readInto(found, step, tools, env, keys);
  });
  let ended: Promise<unknown> = Promise.resolve();
  return (passing, env) => {
    const before = ended;
    const mine = keyOf(step, passing, env).then(async (key) => {
      if (key === undefined) return undefined;
      if (found.get(key) === 'not asked') await asking(key, env);
      return settle(step, passing, found.get(key));
    });
    ended = Promise.allSettled([before, mine]);
    return before.then(() => mine);
  };
}

async function keyOf(step: StepOf<'lookup'>, passing: Passing, env: Environment): Promise<string | undefined> {
  if (!(await concerns(step, passing, env))) return undefined;
  const value = await (step.by.evaluate(passing.record, passing.scope, env) as MaybePromise<unknown>);
  return isNaming(value) ? String(value) : undefined;
}

function settle(step: StepOf<'lookup'>, passing: Passing, known: Known): Verdict | undefined {
  if (typeof known === 'object') {
    if (step.as) named(passing, step.as, known.record);
    return undefined;
  }
  const field = listFieldOf(step.by.text);
  const rejected = (code: string, reason: string): Verdict => ({
    is: 'rejected',
    stage: 'steps',
    code,
    reason,
    ...(field === undefined ? {} : { field }),
  });
  const where = `what $${step.as ?? ''} is looked up in`;
  if (known === 'several') return rejected('LOOKUP_SEVERAL', `Several records of ${where} have the key, and differ`);
  if (known === 'unsure') return rejected('LOOKUP_UNSURE', `Nobody is found, and a part of ${where} could not be read`);
  return step.isOptional ? undefined : rejected('LOOKUP_NOBODY', `No record of ${where} has the key`);
}
