import { codes, type Code } from './codes.ts';

/**
 * What the runtime does about a problem: `config` refuses to start · `transient` retries with back-off ·
 * `data` rejects this record and goes on · `fatal` fails the run · `bug` fails the run and asks for a report.
 */
export type ProblemClass = 'config' | 'transient' | 'data' | 'fatal' | 'bug';

/** Where a problem stands. `line` and `column` count from 1; `offset` counts UTF-16 units inside an expression or template. */
export interface Where {
  pipeline?: string;
  step?: string;
  /** Key in what a step makes: `email`, `address.city`. */
  field?: string;
  sink?: string;
  file?: string;
  line?: number;
  column?: number;
  offset?: number;
}

export interface ProblemDetails {
  /** Only for codes that a plugin of its own package brings; the catalogue's codes carry theirs. */
  class?: ProblemClass;
  /** What to do about it, one sentence. */
  fix?: string;
  where?: Where;
  cause?: unknown;
  /** The other side asked to wait so long before the next attempt. */
  afterMs?: number;
  /** The request that failed did certainly nothing, so nothing is in doubt. */
  nothingDone?: boolean;
  /** The message with the value that was found in it, for places that know that the value is not personal. */
  withValue?: string;
}

const mark = Symbol.for('portolan.problem');

/** An error that a person can act on. Made by {@link problem}, recognised by {@link isProblem}. */
export interface Problem extends Error {
  readonly code: string;
  readonly class: ProblemClass;
  readonly fix?: string;
  readonly where: Where;
  readonly afterMs?: number;
  readonly nothingDone?: boolean;
  readonly withValue?: string;
}

/**
 * Makes a problem: `message` is one sentence that says what was found and what was expected, without a secret or a
 * personal value.
 */
export function problem(code: Code | (string & {}), message: string, details: ProblemDetails = {}): Problem {
  const known = codes[code as Code] as { class: ProblemClass } | undefined;
  const error = new Error(message, details.cause === undefined ? undefined : { cause: details.cause });
  return Object.assign(error, {
    name: 'Problem',
    [mark]: true,
    code,
    class: details.class ?? known?.class ?? 'fatal',
    where: details.where ?? {},
    ...(details.fix === undefined ? {} : { fix: details.fix }),
    ...(details.afterMs === undefined ? {} : { afterMs: details.afterMs }),
    ...(details.nothingDone ? { nothingDone: true } : {}),
    ...(details.withValue === undefined ? {} : { withValue: details.withValue }),
  });
}

/** Told by a mark, not by `instanceof`, so that a plugin with a copy of its own can throw problems. */
export function isProblem(error: unknown): error is Problem {
  return typeof error === 'object' && error !== null && (error as Record<symbol, unknown>)[mark] === true;
}

/** The same problem with more known of where it stands. */
export function located(error: Problem, where: Where): Problem {
  return Object.assign(error, { where: { ...where, ...error.where } });
}
