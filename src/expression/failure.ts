import { isProblem, located, problem, type Problem } from '../model/problem.ts';
import { limits } from './limits.ts';
import type { RawError } from './syntax.ts';

/** What kind of value it is, in words; never the value. */
export function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number') return 'a number';
  if (typeof value === 'boolean') return 'true or false';
  return isFunctionValue(value) ? 'a function' : 'a map';
}

/** A function of JavaScript, of jsonata, or one defined in an expression. */
export function isFunctionValue(value: unknown): boolean {
  const marked = value as { _jsonata_lambda?: boolean; _jsonata_function?: boolean };
  return typeof value === 'function' || marked._jsonata_lambda === true || marked._jsonata_function === true;
}

type Sentence = (error: RawError) => string;

// jsonata's own sentences quote the values, which may be personal: these don't.
const sentences: Record<string, Sentence> = {
  D1001: () => 'a calculation gave a number that is too large, or divided by zero',
  D1002: ({ value }) => `a minus stands before ${kindOf(value)}; it needs a number`,
  D1004: () => 'a pattern matches the empty text and would never end',
  D1009: () => 'two keys of a map have the same name',
  D1011: tooDeep,
  D1012: () => `it took longer than ${limits.timeMs} ms`,
  D1013: () => 'a key of a map begins with a reserved name',
  D2014: tooLong,
  D2015: tooLong,
  D3001: () => 'a number without an end cannot become text',
  D3010: () => 'the second argument of $replace is the empty text',
  D3011: () => 'the fourth argument of $replace must be a positive number',
  D3012: () => 'the function given to $replace must answer a text',
  D3020: () => 'the third argument of $split must be a positive number',
  D3030: ({ value }) => `${kindOf(value)} cannot be read as a number; $number needs digits such as 12.5`,
  D3040: () => 'the third argument of $match must be a positive number',
  D3050: () => 'the second argument of $reduce must be a function with two parameters or more',
  D3060: () => '$sqrt was given a negative number',
  D3061: () => '$power gave a number that is too large',
  D3070: () => '$sort with one argument needs a list of texts or a list of numbers',
  D3100: () => 'the radix of $formatBase must be between 2 and 36',
  D3110: () => '$toMillis needs a date and time in ISO 8601 form',
  D3136: () => 'the picture of $toMillis does not say enough to read a time',
  D3138: () => '$single found more than one item',
  D3139: () => '$single found no item',
  D3140: () => 'a text is not a valid URL',
  T0410: (error) =>
    `argument ${error.index ?? 1} of ${called(error)} is ${kindOf(error.value)}, which it does not take`,
  T0411: (error) => `${called(error)} was called without its argument, and what it stands on is ${kindOf(error.value)}`,
  T0412: (error) =>
    `argument ${error.index ?? 1} of ${called(error)} must be a list of ${error.type ?? 'another kind'}`,
  T1003: ({ value }) => `a key of a map is ${kindOf(value)}; it must be text`,
  T1005: ({ token }) => `${String(token)} is called like a function; functions begin with $: $${String(token)}`,
  T1006: (error) => `${called(error)} is not a function`,
  T1007: ({ token }) => `${String(token)} is called like a function; functions begin with $: $${String(token)}`,
  T1008: (error) => `${called(error)} is not a function`,
  T1010: (error) => `the pattern given to ${called(error)} is neither text nor a pattern /…/`,
  T2001: ({ token, value }) => `on the left of ${String(token)} stands ${kindOf(value)}; a number is needed`,
  T2002: ({ token, value }) => `on the right of ${String(token)} stands ${kindOf(value)}; a number is needed`,
  T2003: ({ value }) => `on the left of .. stands ${kindOf(value)}; a whole number is needed`,
  T2004: ({ value }) => `on the right of .. stands ${kindOf(value)}; a whole number is needed`,
  T2006: ({ value }) => `on the right of ~> stands ${kindOf(value)}; a function is needed`,
  T2007: ({ value, value2 }) => `an order-by compares ${kindOf(value)} with ${kindOf(value2)}`,
  T2008: () => 'an order-by compares what is neither text nor number',
  T2009: ({ token, value, value2 }) => `${String(token)} compares ${kindOf(value)} with ${kindOf(value2)}`,
  T2010: ({ token }) => `${String(token)} compares what is neither text nor number`,
  T2011: () => 'the middle part of a transform must be a map',
  T2012: () => 'the last part of a transform must be a text or a list of texts',
};

const called: Sentence = ({ token }) => (typeof token === 'string' ? `$${token}` : 'what is called');

function tooDeep(): string {
  return `it calls itself too deeply, or without end (limit ${limits.depth})`;
}

function tooLong(): string {
  return `it makes a list of more than ${limits.sequence} items`;
}

function sentenceOf(error: RawError, ownSentences: ReadonlySet<string>): string {
  if (error instanceof RangeError && /call stack/.test(error.message)) return tooDeep();
  const { code = '' } = error;
  if (code === 'D3137' || code === 'D3141') return ownSentence(error, ownSentences);
  const known = sentences[code];
  if (known) return known(error);
  if (code.startsWith('D308') || code.startsWith('D309')) return 'the picture of $formatNumber is not valid';
  if (code.startsWith('D313')) return 'a picture of a date or number is not valid';
  return code === '' ? 'an unexpected error occurred' : `error ${code} occurred`;
}

/** What `$error` and `$assert` say is shown only where it stands in the expression itself, so that it holds no value. */
function ownSentence(error: RawError, ownSentences: ReadonlySet<string>): string {
  const said = String(error.message);
  return ownSentences.has(said) ? said : 'it refused the record with $error or $assert';
}

/** Where the failing name or operator begins: jsonata's positions are behind the token, or behind its parenthesis. */
function offsetOf(text: string, { position, token }: RawError): number | undefined {
  if (position === undefined) return undefined;
  if (typeof token !== 'string' || token === '') return Math.max(0, position - 1);
  for (const written of [`$${token}`, token]) {
    const begin = text.lastIndexOf(written, position - token.length);
    if (begin >= 0) return begin;
  }
  return Math.max(0, position - 1);
}

/**
 * EXPRESSION_FAILED for what jsonata threw during an evaluation; problems of our own functions pass through with their
 * place. `ownSentences` are the texts that stand in the expression.
 */
export function failureProblem(text: string, thrown: unknown, ownSentences: ReadonlySet<string>): Problem {
  const error = thrown as RawError;
  const offset = offsetOf(text, error);
  const where = offset === undefined ? {} : { offset };
  if (!isProblem(thrown)) {
    return problem('EXPRESSION_FAILED', `The expression failed: ${sentenceOf(error, ownSentences)}.`, { where });
  }
  // jsonata left its marks on it.
  delete error.position;
  delete error.token;
  return located(thrown, where);
}
