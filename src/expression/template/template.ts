import { problem } from '../../model/problem.ts';
import { whenAllReady, whenReady } from '../settle.ts';
import { isTrue } from '../truth.ts';
import type { Environment, MaybePromise, Place, Scope, Template } from '../types.ts';
import { escapeFor } from './escape.ts';
import { joinFile } from './file.ts';
import { parseTemplate, type Part } from './parse.ts';
import type { Piece } from './pieces.ts';
import { joinUrl } from './url.ts';
import { textOf } from './values.ts';

type Section = Part & { kind: 'section' };

/**
 * Compiles a text with `{{…}}` for the place where it stands. Throws at once what can be seen in the text
 * (TEMPLATE_HOLE, TEMPLATE_SEMICOLON, TEMPLATE_RAW, TEMPLATE_SECTION, EXPRESSION_SYNTAX, EXPRESSION_REFUSED), with the
 * offset in it; `render` throws TEMPLATE_VALUE and what expressions throw.
 */
export function compileTemplate(text: string, place: Place): Template {
  const { parts, holes } = parseTemplate(text, place);
  if (place === 'fileName') refuseSlash(text, parts);
  return Object.freeze({
    text,
    place,
    holes: Object.freeze(holes),
    render: (input: unknown, scope: Scope, env: Environment) =>
      whenReady(piecesOf(parts, place, input, scope, env), (pieces) => join(pieces, place)),
  });
}

function refuseSlash(text: string, parts: Part[]): void {
  if (!parts.some((part) => part.kind === 'text' && /[/\\]/.test(part.text))) return;
  throw problem('TEMPLATE_VALUE', 'A slash cannot stand in a file name.', {
    class: 'config',
    where: { offset: text.search(/[/\\]/) },
    fix: 'Name the folder where the path is asked for.',
  });
}

function join(pieces: Piece[], place: Place): string {
  if (place === 'url' || place === 'segment') return joinUrl(pieces, place);
  if (place === 'fileName' || place === 'filePath') return joinFile(pieces, place);
  return pieces.map((piece) => piece.text).join('');
}

function piecesOf(parts: Part[], place: Place, input: unknown, scope: Scope, env: Environment): MaybePromise<Piece[]> {
  const made = parts.map((part): MaybePromise<Piece[]> => {
    if (part.kind === 'text') return [{ text: part.text }];
    if (part.kind === 'section') return section(part, place, input, scope, env);
    const { hole } = part;
    return whenReady(hole.expression.evaluate(input, scope, env), (value) => [
      { text: valueText(value, place, hole), hole },
    ]);
  });
  return whenAllReady(made, (lists) => lists.flat());
}

type HolePart = Part & { kind: 'hole' };

function valueText(value: unknown, place: Place, hole: HolePart['hole']): string {
  const text = textOf(value, place, hole);
  return place === 'url' || place === 'segment' ? text : escapeFor(place)(text, hole);
}

/** A list repeats the section with each item as input, a map is the input once; anything else true keeps the input. */
function section(part: Section, place: Place, input: unknown, scope: Scope, env: Environment): MaybePromise<Piece[]> {
  return whenReady(part.hole.expression.evaluate(input, scope, env), (value): MaybePromise<Piece[]> => {
    const render = (over: unknown): MaybePromise<Piece[]> => piecesOf(part.parts, place, over, scope, env);
    const isOn = isTrue(value) || (Array.isArray(value) && value.length > 0);
    if (part.inverted) return isOn ? [] : render(input);
    if (!isOn) return [];
    if (Array.isArray(value)) return whenAllReady(value.map(render), (lists) => lists.flat());
    return render(typeof value === 'object' ? value : input);
  });
}
