import type { MaybePromise, Environment, Scope } from '../types.ts';

/** What a function knows beside its arguments. */
export interface CallContext {
  env: Environment;
  scope: Scope;
  /** Of jsonata, for lists that it should treat as its own. */
  createSequence: () => unknown[];
  /** Another function by name, e.g. JSONata's own `fromMillis`. */
  own: (name: string, ...args: unknown[]) => unknown;
}

/** A function of our own; the manual and the editor's hover are made from it. */
export interface FunctionDeclaration {
  /** Without `$`. */
  name: string;
  /** As a person reads it: `$addDays(date, days)`. */
  signature: string;
  about: string;
  /** An expression and what it gives. */
  example: { expression: string; gives: string };
  /** JSONata's signature; arguments are checked against it before the call. An absent first argument gives nothing. */
  accepts: string;
  /** Called also where the first argument is absent. */
  callsWithoutArgument?: boolean;
  call(context: CallContext, ...args: unknown[]): MaybePromise<unknown>;
}

/** Keeps the type and freezes it. */
export function declare(declaration: FunctionDeclaration): FunctionDeclaration {
  return Object.freeze(declaration);
}
