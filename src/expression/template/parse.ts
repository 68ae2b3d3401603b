import { isProblem, problem, type Problem } from '../../model/problem.ts';
import { compileExpression } from '../expression.ts';
import { isPromise } from '../settle.ts';
import type { Environment, Expression, Hole, Place, Scope } from '../types.ts';

/** A part of a template as it is rendered. */
export type Part =
  | { kind: 'text'; text: string }
  | { kind: 'hole'; hole: Hole }
  /** `{{#…}}` (`inverted` false) or `{{^…}}`: rendered by what its condition gives. */
  | { kind: 'section'; hole: Hole; inverted: boolean; parts: Part[] };

type Token =
  | { kind: 'text'; text: string }
  | { kind: 'hole'; text: string; offset: number; raw: boolean }
  | { kind: 'open' | 'close'; mark: string; text: string; offset: number };

const bodies: readonly Place[] = ['html', 'text', 'xml'];
const rawPlaces: readonly Place[] = [...bodies, 'url', 'segment'];

/**
 * Takes a template apart. Throws TEMPLATE_HOLE, TEMPLATE_SEMICOLON, TEMPLATE_RAW, TEMPLATE_SECTION and what
 * {@link compileExpression} throws, each with the offset in the template.
 */
export function parseTemplate(template: string, place: Place): { parts: Part[]; holes: Hole[] } {
  const holes: Hole[] = [];
  const holeOf = (text: string, offset: number, raw: boolean): Hole => {
    const hole = { expression: expressionAt(text, offset), offset, raw };
    holes.push(hole);
    return hole;
  };

  const root: Part[] = [];
  const open: { token: Token & { kind: 'open' }; parts: Part[] }[] = [];
  let parts = root;
  for (const token of tokensOf(template, place)) {
    if (token.kind === 'text') {
      if (token.text !== '') parts.push(token);
    } else if (token.kind === 'hole') {
      parts.push({ kind: 'hole', hole: holeOf(token.text, token.offset, token.raw) });
    } else if (token.kind === 'open') {
      const section: Part = {
        kind: 'section',
        hole: holeOf(token.text, token.offset, false),
        inverted: token.mark === '^',
        parts: [],
      };
      parts.push(section);
      open.push({ token: token as Token & { kind: 'open' }, parts });
      parts = section.parts;
    } else {
      const opened = open.pop();
      if (!opened || opened.token.text !== token.text) throw wrongClose(token, opened?.token);
      parts = opened.parts;
    }
  }
  const unclosed = open.pop();
  if (unclosed) throw notClosed(unclosed.token);
  return { parts: root, holes };
}

function* tokensOf(template: string, place: Place): Generator<Token> {
  let at = 0;
  for (;;) {
    const begin = template.indexOf('{{', at);
    if (begin < 0) break;
    const raw = template[begin + 2] === '{';
    const inside = begin + (raw ? 3 : 2);
    const end = template.indexOf('}}', inside);
    if (end < 0) throw holeFault('A hole `{{` is not closed', begin, 'Close it with `}}`.');
    if (raw && template[end + 2] !== '}') {
      throw holeFault('A hole `{{{` is closed by the first `}}`', end, 'Close it with `}}}`, and write `} }` inside.');
    }
    const token = tokenOf(template.slice(inside, end), inside, raw, place);
    const before = template.slice(at, begin);
    at = end + (raw ? 3 : 2);
    // A line that holds nothing but the mark of a section goes whole, as in mustache.
    const lineEnd = token.kind === 'hole' ? undefined : endOfOwnLine(template, begin, at);
    yield { kind: 'text', text: lineEnd === undefined ? before : before.replace(/[ \t]+$/, '') };
    yield token;
    at = lineEnd ?? at;
  }
  if (at < template.length) yield { kind: 'text', text: template.slice(at) };
}

function tokenOf(inside: string, insideOffset: number, raw: boolean, place: Place): Token {
  const text = inside.trim();
  const offset = insideOffset + inside.length - inside.trimStart().length;
  if (text === '') throw holeFault('A hole is empty', insideOffset, 'Write an expression into it, or leave it out.');
  if (raw && !rawPlaces.includes(place)) {
    throw problem('TEMPLATE_RAW', 'A hole with three braces does not escape, which is not possible here.', {
      where: { offset },
      fix: 'Write `{{…}}`.',
    });
  }
  const mark = text[0] ?? '';
  if (!raw && (mark === '#' || mark === '^' || mark === '/')) return sectionToken(mark, text, offset, place);
  if (Object.hasOwn(refusedMarks, mark))
    throw holeFault(`A hole can't begin with \`${mark}\``, offset, refusedMarks[mark] ?? '');
  return { kind: 'hole', text, offset, raw };
}

const refusedMarks: Record<string, string> = {
  '#': 'Sections have two braces.',
  '^': 'Sections have two braces.',
  '/': 'Put parentheses around a pattern.',
  '>': 'Other templates cannot be included.',
  '&': 'Write `{{{…}}}` for what is not to be escaped.',
  '=': 'Leave the `=` out: a hole holds an expression anyway. Other delimiters do not exist.',
  '!': 'There are no comments in templates; for "not" write `$not(…)`.',
  '{': 'Put parentheses around a map.',
};

function sectionToken(mark: string, text: string, offset: number, place: Place): Token {
  if (!bodies.includes(place)) {
    throw problem('TEMPLATE_SECTION', `A section \`{{${mark}…}}\` stands where one text is expected.`, {
      where: { offset },
      fix: 'Sections work in bodies; here write a condition: `{{a ? b : c}}`.',
    });
  }
  const rest = text.slice(1);
  const condition = rest.trim();
  const conditionOffset = offset + 1 + rest.length - rest.trimStart().length;
  if (condition === '')
    throw holeFault(`A section \`{{${mark}}}\` has no condition`, offset, 'Write what it depends on.');
  return { kind: mark === '/' ? 'close' : 'open', mark, text: condition, offset: conditionOffset };
}

/** Where the line ends that holds nothing but the section's mark between these offsets; undefined when it holds more. */
function endOfOwnLine(template: string, begin: number, end: number): number | undefined {
  const line = template.slice(template.lastIndexOf('\n', begin - 1) + 1, begin);
  const rest = /^[ \t]*(\r?\n|$)/.exec(template.slice(end));
  return begin > 0 && line.trim() !== '' ? undefined : rest ? end + rest[0].length : undefined;
}

/** Errors of reading and of evaluating point into the template. */
function expressionAt(text: string, offset: number): Expression {
  const expression = compileAt(text, offset);
  const moved = (error: unknown): never => {
    throw isProblem(error) ? movedBy(offset, error) : error;
  };
  return Object.freeze({
    ...expression,
    evaluate(input: unknown, scope: Scope, env: Environment) {
      const value = expression.evaluate(input, scope, env);
      return isPromise(value) ? value.catch(moved) : value;
    },
  });
}

function compileAt(text: string, offset: number): Expression {
  try {
    return compileExpression(text);
  } catch (error) {
    throw semicolonOr(error as Problem, text, offset);
  }
}

function movedBy(offset: number, error: Problem): Problem {
  return Object.assign(error, { where: { ...error.where, offset: offset + (error.where.offset ?? 0) } });
}

function semicolonOr(error: Problem, text: string, offset: number): Problem {
  const at = error.where.offset ?? 0;
  if (error.code === 'EXPRESSION_SYNTAX' && text[at] === ';') {
    return problem('TEMPLATE_SEMICOLON', 'An expression with `;` stands in a hole without parentheses.', {
      where: { offset: offset + at },
      fix: 'Write `{{(a; b)}}`.',
    });
  }
  const isCut = error.code === 'EXPRESSION_SYNTAX' && text.split('{').length > text.split('}').length;
  return movedBy(
    offset,
    isCut ? Object.assign(error, { fix: 'A hole ends at the first `}}`: write `} }` inside.' }) : error,
  );
}

function holeFault(found: string, offset: number, fix: string): Problem {
  return problem('TEMPLATE_HOLE', `${found}.`, { where: { offset }, fix });
}

function wrongClose(close: { text: string; offset: number }, opened: { text: string } | undefined): Problem {
  const expected = opened ? `the open section is \`${opened.text}\`` : 'no section is open';
  return problem('TEMPLATE_SECTION', `\`{{/${close.text}}}\` closes a section, but ${expected}.`, {
    where: { offset: close.offset },
    fix: opened ? `Write \`{{/${opened.text}}}\`.` : 'Leave it out, or open the section with `{{#…}}`.',
  });
}

function notClosed(opened: { text: string; offset: number }): Problem {
  return problem('TEMPLATE_SECTION', `The section \`${opened.text}\` is not closed.`, {
    where: { offset: opened.offset },
    fix: `Close it with \`{{/${opened.text}}}\`.`,
  });
}
