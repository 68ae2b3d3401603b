import { isProblem, problem, type Fields, type HttpAnswer, type Scope } from '#sdk';
import type { CursorRule } from '../schema/cursor.ts';
import type { Session } from '../session.ts';
import { isoMoment, readMoment, writeMoment, type MomentForm } from './moments.ts';

/** How far an incremental read has come (S15). */
export interface Cursor {
  /** The last read ended somewhere, and this one goes on from there. */
  isReadingOn(): boolean;
  /** The API no longer knows where that was: this read begins from the beginning. */
  forget(): void;
  /** Spans to read one after another, each with its `$since` and `$until`. */
  spans(): Iterable<Scope>;
  /** Where the first request goes in place of the declared one. */
  url(): string | undefined;
  /** A record came, as the API gave it. Gives its moment, UTC milliseconds, where the cursor goes by moments. */
  record(given: Fields, scope: Scope): Promise<number | undefined>;
  /** A record of that moment changed while it was read: what followed it may have slipped past the pages. */
  slipped(before: number | undefined): void;
  /** A span's last page came. */
  lastPage(answer: HttpAnswer, scope: Scope): Promise<void>;
  /** Where the next read begins; `isWhole`: this one has ended, and nothing speaks against it. */
  position(isWhole: boolean): Fields | undefined;
}

export interface CursorTools {
  session: Session;
  /** Where the last read ended. */
  given: Fields | undefined;
  /** Records of several parents follow one another, so no order holds over all of them. */
  isUnordered: boolean;
  note(message: string): void;
}

/** The cursor of a read that has one. */
export const newCursor = (rule: CursorRule, tools: CursorTools): Cursor =>
  rule.field ? momentCursor({ ...rule, field: rule.field }, tools) : opaqueCursor(rule, tools);

/** A token or an address out of the last page. */
function opaqueCursor(rule: CursorRule, { session, given, note }: CursorTools): Cursor {
  const kind = rule.token ? 'token' : 'url';
  let old = given?.[kind];
  let next: unknown;
  return {
    isReadingOn: () => old !== undefined,
    forget: () => void (old = undefined),
    spans: () => [kind === 'token' && old !== undefined ? { since: old } : {}],
    url: () => (kind === 'url' && old !== undefined ? String(old) : undefined),
    record: async () => undefined,
    slipped: () => {},
    async lastPage(answer, scope) {
      next = await evaluated(session, rule[kind], answer.body, scope);
      if (next === undefined || next === '')
        note(`The last page has nothing at \`cursor.${kind}\`, so the next read begins where this one began.`);
    },
    position(isWhole) {
      if (!isWhole) return undefined;
      if (next === undefined || next === '') return undefined;
      return { [kind]: next };
    },
  };
}

/** The highest moment of the records. */
function momentCursor(rule: CursorRule & { field: NonNullable<CursorRule['field']> }, tools: CursorTools): Cursor {
  const { session, given, note } = tools;
  const { format = 'iso', lookBack = 0, step } = rule;
  const form: MomentForm = { format, timezone: session.env.timezone };
  const isAscending = rule.order === 'ascending' && !tools.isUnordered;
  let old = typeof given?.at === 'number' ? given.at : undefined;
  let highest = old;
  /** The highest moment below the last one: others of the last one may still come. */
  let sure = old;
  let isDisordered = false;
  /** Before the first record that changed while it was read. */
  let slip = Infinity;
  const beginning = (): number | undefined =>
    old === undefined ? (rule.start === undefined ? undefined : isoMoment(rule.start, form.timezone)) : old - lookBack;
  return {
    isReadingOn: () => old !== undefined,
    forget() {
      old = highest = sure = undefined;
    },
    *spans() {
      const { now } = session.env;
      const end = Math.max(now, beginning() ?? now);
      let since = beginning();
      do {
        const until = step === undefined || since === undefined ? end : Math.min(since + step, end);
        yield {
          ...(since === undefined ? {} : { since: writeMoment(since, form) }),
          until: writeMoment(until, form),
        };
        since = until;
      } while (since < end);
    },
    url: () => undefined,
    async record(record, scope) {
      const value = await evaluated(session, rule.field, record, scope);
      if (value === undefined || value === '') {
        note('Records without a value at `cursor.field` came; where a read begins does not depend on them.');
        return undefined;
      }
      const at = readMoment(value, form);
      if (highest !== undefined && at > highest) sure = highest;
      if (highest !== undefined && at < highest && at > (old ?? -Infinity) && isAscending && !isDisordered) {
        isDisordered = true;
        note('Records did not come in ascending order, so the cursor moves at the end only; write `order: none`.');
      }
      highest = highest === undefined || at > highest ? at : highest;
      return at;
    },
    slipped(before) {
      if (before === undefined) return;
      slip = Math.min(slip, before - 1);
      note('Records changed while they were read, so the next read begins before them.');
    },
    lastPage: async () => {},
    position(isWhole) {
      if (isWhole) return highest === undefined ? undefined : { at: Math.min(highest, slip) };
      if (!isAscending) return undefined;
      // What was moved by earlier batches goes back, as it may have passed records that are still to come.
      const at = isDisordered ? old : sure;
      return at === undefined ? (isDisordered ? {} : undefined) : { at: Math.min(at, slip) };
    },
  };
}

/** An expression that errs here fails the run: nobody could say where to read on. */
async function evaluated(
  { env }: Session,
  expression: CursorRule['field'],
  input: unknown,
  scope: Scope,
): Promise<unknown> {
  try {
    return await expression?.evaluate(input, scope, env);
  } catch (error) {
    if (!isProblem(error) || error.class !== 'data') throw error;
    throw problem(error.code, `\`cursor\` of the connector could not be evaluated: ${error.message}`, {
      class: 'fatal',
      fix: 'Correct the expression in the connector.',
    });
  }
}
