import type { Expression } from 'jsonata';
import type { Environment, Scope } from '../types.ts';
import { declarations } from './catalogue.ts';
import type { CallContext, FunctionDeclaration } from './declare.ts';

/** Where an evaluation finds its environment. No expression can write this name: it holds a blank. */
export const contextName = ' context';

/** The `this` that jsonata gives to functions. */
interface Focus {
  environment: { lookup(name: string): unknown };
  createSequence: () => unknown[];
}

interface OwnFunction {
  implementation: (this: Focus, ...args: unknown[]) => unknown;
}

/** Makes those of our functions known to a parsed expression that it mentions, and closes `$eval`. */
export function registerFunctions(parsed: Expression, mentioned: ReadonlySet<string>): void {
  for (const declaration of declarations) {
    // Registering all of them took most of the time of compiling.
    if (mentioned.has(declaration.name))
      parsed.registerFunction(declaration.name, implementation(declaration), declaration.accepts);
  }
  parsed.assign('eval', undefined);
}

/**
 * The parameters stand by name because jsonata reads them from the source text when a function is applied in part
 * (`$date(?, 'DD.MM.YYYY')`).
 */
function implementation(declaration: FunctionDeclaration) {
  return function (
    this: unknown,
    first: unknown,
    second: unknown,
    third: unknown,
    fourth: unknown,
    fifth: unknown,
    sixth: unknown,
  ): unknown {
    if (first === undefined && !declaration.callsWithoutArgument) return undefined;
    return declaration.call(contextOf(this as Focus), first, second, third, fourth, fifth, sixth);
  };
}

function contextOf(focus: Focus): CallContext {
  const { env, scope } = focus.environment.lookup(contextName) as { env: Environment; scope: Scope };
  return {
    env,
    scope,
    createSequence: focus.createSequence,
    own: (name, ...args) => (focus.environment.lookup(name) as OwnFunction).implementation.apply(focus, args),
  };
}
