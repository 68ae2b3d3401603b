import { isProblem, problem, type Problem } from '../model/problem.ts';

/** What jsonata throws: a bare object, or an Error of JavaScript's own. */
export interface RawError {
  code?: string;
  position?: number;
  token?: unknown;
  value?: unknown;
  value2?: unknown;
  index?: number;
  type?: string;
  message?: string;
}

const sentences: Record<string, (error: RawError) => string> = {
  S0101: () => 'a text is not closed: its quote is missing',
  S0102: () => 'a number is too large',
  S0103: ({ token }) => `\\${String(token)} is not an escape; write \\\\ for a backslash`,
  S0104: () => 'after \\u four hexadecimal digits are expected',
  S0105: () => 'a name in backquotes is not closed',
  S0106: () => 'a comment is not closed: */ is missing',
  S0202: ({ token, value }) => `found ${shown(token)} where ${shown(value)} was expected`,
  S0203: ({ value }) => `the expression ends where ${shown(value)} was expected`,
  S0204: ({ token }) => `${shown(token)} is not an operator`,
  S0207: () => 'the expression ends too early',
  S0208: () => 'a parameter of a function must be a variable such as $x',
  S0209: () => 'a predicate [ ] cannot follow a grouping { }',
  S0210: () => 'a step can have one grouping { } only',
  S0212: () => 'on the left of := a variable such as $x is expected',
  S0213: ({ value }) => `${JSON.stringify(value)} cannot be a step of a path`,
  S0214: ({ token }) => `on the right of ${shown(token)} a variable such as $x is expected`,
  S0215: () => 'a binding with @ must stand before the predicates of its step',
  S0216: () => 'a binding with @ must stand before the order-by of its step',
  S0217: () => '% has no parent here',
  S0301: () => 'an empty pattern // is not allowed',
  S0302: () => 'a pattern is not closed: its / is missing',
  S0401: () => "type parameters in a function's signature belong to functions and lists only",
  S0402: () => "a choice in a function's signature can't hold types with parameters",
};

function shown(token: unknown): string {
  if (token === '(end)' || token === undefined) return 'the end';
  return `\`${typeof token === 'object' ? String(token) : token}\``;
}

function sentenceOf(error: RawError): string {
  if (error.code === 'S0201') return `${shown(error.token)} is not expected here`;
  if (error.code === 'S0211') {
    return error.token === '(end)' ? 'the expression ends too early' : `${shown(error.token)} is not expected here`;
  }
  const known = error.code === undefined ? undefined : sentences[error.code];
  if (known) return known(error);
  return error instanceof SyntaxError
    ? 'a pattern /…/ is not a valid regular expression'
    : 'it is not a valid expression';
}

/** What people write who know other languages, told where the reading stopped. */
const habits: readonly [pattern: RegExp, fix: string][] = [
  [/^={2,}/, 'Equality is a single `=`.'],
  [/^&&/, 'Write `and`.'],
  [/^\|\|/, 'Write `or`, or `??` for a default.'],
  [/^!(?!=)/, 'Write `$not(…)`.'],
  [/^\+(?=\s*["'])/, 'Texts are joined with `&`.'],
];

/** Where the token stands that stopped the reading: jsonata's positions are behind their tokens. */
function offsetOf(text: string, error: RawError): number {
  if (error instanceof SyntaxError) return patternOffset(text, error.message);
  const end = Math.min(error.position ?? 0, text.length);
  const token = typeof error.token === 'string' ? error.token : undefined;
  if (token === undefined || token === '(end)') return end;
  const begin = text.lastIndexOf(token, end - token.length);
  if (begin < 0) return end;
  return /["'`]/.test(text[begin - 1] ?? '') ? begin - 1 : begin;
}

/** JavaScript's error for a pattern quotes it: `Invalid regular expression: /a(/g: …`. */
function patternOffset(text: string, message: string): number {
  const source = /\/(.*)\/[a-z]*: /s.exec(message)?.[1];
  return source === undefined ? 0 : Math.max(0, text.indexOf(`/${source}`));
}

function fixFor(text: string, offset: number): string {
  for (const [pattern, fix] of habits) {
    if (pattern.test(text.slice(offset)) || pattern.test(text.slice(Math.max(0, offset - 1)))) return fix;
  }
  const name = nameWithBlank(text, offset);
  if (name !== undefined) return `A field with a blank in its name stands in backquotes: \`${name}\`.`;
  return 'Expressions are JSONata; texts stand in quotes, names with odd characters in backquotes.';
}

/** `000001`, where the reading stopped behind its first zero. */
function zeroesAt(text: string, offset: number): { written: string; offset: number } | undefined {
  for (const match of text.matchAll(/(?<![\p{L}\p{N}_.])0\d+(?![\p{L}_])/gu)) {
    const [written] = match;
    if (match.index < offset && offset <= match.index + written.length) return { written, offset: match.index };
  }
  return undefined;
}

/** `Имя сотрудника`: two names with a blank between them, where the reading stopped at the second. */
function nameWithBlank(text: string, offset: number): string | undefined {
  const before = /(?<![\p{L}\p{N}_$.])[\p{L}_][\p{L}\p{N}_№]*(?:[ .]+[\p{L}\p{N}_№]+)*[ .]+$/u.exec(
    text.slice(0, offset),
  );
  const after = /^[\p{L}_№][\p{L}\p{N}_№]*(?:[ .]+(?!(?:and|or|in) )[\p{L}\p{N}_№]+)*/u.exec(text.slice(offset));
  const begin = before?.[0].split(/(?<= |^)(?:and|or|in) /).at(-1);
  return begin && after ? begin + after[0] : undefined;
}

/** EXPRESSION_SYNTAX for what jsonata's parser threw. */
export function syntaxProblem(text: string, thrown: unknown): Problem {
  if (isProblem(thrown)) return thrown;
  const error = thrown as RawError;
  const offset = offsetOf(text, error);
  const number = zeroesAt(text, offset);
  if (number) {
    const message = `The expression cannot be read: \`${number.written}\` begins with a zero, so it is no number.`;
    return problem('EXPRESSION_SYNTAX', message, {
      where: { offset: number.offset },
      fix: `A text stands in quotes: quote it: '${number.written}'.`,
    });
  }
  return problem('EXPRESSION_SYNTAX', `The expression cannot be read: ${sentenceOf(error)}.`, {
    where: { offset },
    fix: fixFor(text, offset),
  });
}
