import { dateText, localTime, type Environment, type Scope } from '../../expression/index.ts';
import type { Pipeline } from '../../language/compile/pipeline.ts';
import { problem } from '../../model/problem.ts';
import { KEY_NAME } from '../deliver/works.ts';
import { derivedPassword } from './password.ts';
import type { StatePlace } from './state-place.ts';
import type { World } from './world.ts';

/** The run's names and what expressions may ask of the world: frozen for the run. */
export function environmentFor(
  pipeline: Pipeline,
  world: World,
  run: { id: string; tick: number; params: Record<string, string>; state?: StatePlace },
): { scope: Scope; env: Environment } {
  const scope: Scope = Object.freeze({
    pipeline: pipeline.name,
    params: paramsOf(pipeline, run.params),
    run: Object.freeze({
      id: run.id,
      date: dateText(localTime(run.tick, pipeline.timezone)),
      at: new Date(run.tick).toISOString(),
    }),
  });
  const env: Environment = Object.freeze({
    now: run.tick,
    timezone: pipeline.timezone,
    tables: (name: string) => world.tables(name),
    delivered: async (name: string, key: string) => {
      const found = await world.store.findInSnapshot(name, world.vault.keyHash(key));
      const kept = found && Object.values(found.kept)[0];
      return kept?.id;
    },
    password: (length: number, at: Scope) =>
      derivedPassword(world.vault, run.state?.secrets ?? pipeline.name, String(at[KEY_NAME] ?? ''), length),
  });
  return { scope, env };
}

/** Defaults filled in; a parameter that isn't declared, or doesn't fit its pattern, is refused. */
function paramsOf(pipeline: Pipeline, given: Record<string, string>): Record<string, string> {
  const params: Record<string, string> = {};
  for (const [name, { default: fallback, pattern }] of Object.entries(pipeline.params)) {
    const value = given[name] ?? fallback;
    if (value === undefined) {
      throw problem('PARAM_MISSING', `The pipeline ${pipeline.name} needs the parameter ${name}`, {
        fix: `Add --param ${name}=…`,
      });
    }
    if (pattern && !new RegExp(pattern).test(value)) {
      throw problem('PARAM_INVALID', `The parameter ${name} must match ${pattern}`, {
        fix: `Correct --param ${name}=…`,
      });
    }
    params[name] = value;
  }
  const unknown = Object.keys(given).find((name) => !(name in pipeline.params));
  if (unknown !== undefined) {
    throw problem('PARAM_UNKNOWN', `The pipeline ${pipeline.name} has no parameter ${unknown}`, {
      fix: `Declared are: ${Object.keys(pipeline.params).join(', ') || 'none'}.`,
    });
  }
  return params;
}
