import { problem, type Problem } from '../../model/problem.ts';
import { compileExpression } from '../expression.ts';
import type { Expression, Hole, Place } from '../types.ts';

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
  const tokens = dropLinesOfSections([...tokensOf(template, place)]);
  const holes: Hole[] = [];
  const holeOf = (text: string, offset: number, raw: boolean): Hole => {
    const hole = { expression: expressionAt(text, offset), offset, raw };
    holes.push(hole);
    return hole;
  };

  const root: Part[] = [];
  const open: { token: Token & { kind: 'open' }; parts: Part[] }[] = [];
  let parts = root;
  for (const token of tokens) {
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
    if (begin > at) yield { kind: 'text', text: template.slice(at, begin) };
    const raw = template[begin + 2] === '{';
    const inside = begin + (raw ? 3 : 2);
    const end = template.indexOf('}}', inside);
    if (end < 0) throw holeFault('A hole `{{` is not closed', begin, 'Close it with `}}`.');
    if (raw && template[end + 2] !== '}') {
      throw holeFault('A hole `{{{` is closed by the first `}}`', end, 'Close it with `}}}`, and write `} }` inside.');
    }
    yield tokenOf(template.slice(inside, end), inside, raw, place);
    at = end + (raw ? 3 : 2);
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

/** A line that holds nothing but the mark of a section goes whole, as in mustache. */
function dropLinesOfSections(tokens: Token[]): Token[] {
  tokens.forEach((token, index) => {
    if (token.kind !== 'open' && token.kind !== 'close') return;
    const [before, after] = [tokens[index - 1], tokens[index + 1]];
    const startsLine = before === undefined || (before.kind === 'text' && /(^|\n)[ \t]*$/.test(before.text));
    const isFirstText = before?.kind === 'text' && !before.text.includes('\n') && index - 1 > 0;
    const endsLine = after === undefined || (after.kind === 'text' && /^[ \t]*(\r?\n|$)/.test(after.text));
    const isLastText = after?.kind === 'text' && !after.text.includes('\n') && index + 2 < tokens.length;
    if (!startsLine || isFirstText || !endsLine || isLastText) return;
    if (before?.kind === 'text') before.text = before.text.replace(/[ \t]*$/, '');
    if (after?.kind === 'text') after.text = after.text.replace(/^[ \t]*(\r?\n)?/, '');
  });
  return tokens;
}

function expressionAt(text: string, offset: number): Expression {
  try {
    return compileExpression(text);
  } catch (error) {
    throw semicolonOr(error as Problem, text, offset);
  }
}

function semicolonOr(error: Problem, text: string, offset: number): Problem {
  const at = error.where.offset ?? 0;
  if (error.code === 'EXPRESSION_SYNTAX' && text[at] === ';') {
    return problem('TEMPLATE_SEMICOLON', 'An expression with `;` stands in a hole without parentheses.', {
      where: { offset: offset + at },
      fix: 'Write `{{(a; b)}}`.',
    });
  }
  const { code, message, fix, where } = error;
  return problem(code, message, { ...(fix === undefined ? {} : { fix }), where: { ...where, offset: offset + at } });
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
