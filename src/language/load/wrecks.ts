import { isPair, isScalar, visit, type Node, type Pair, type Scalar } from 'yaml';
import { isCutShort, isRest } from './balance.ts';
import type { SourceFault } from './source-fault.ts';
import { textBefore, type YamlSource } from './yaml-place.ts';

/**
 * Expressions that YAML tore apart without an error of its own: at commas inside `{}` and `[]`, at ` #`, at `: ` in a
 * value on a line of its own; and numbers that lose what was written.
 */
export function wrecksOf(source: YamlSource): SourceFault[] {
  const faults: SourceFault[] = [];
  visit(source.document, {
    Map(_, map) {
      if (map.flow) faults.push(...tornAtCommas(source, map.items.flatMap(piecesOfPair)));
      const empty = emptyKey(source, map.items as Pair<Node, Node | null>[]);
      if (empty) faults.push(empty);
      for (const pair of map.items) {
        const fault = tornKey(source, pair as Pair<Node, Node | null>, map.flow === true);
        if (fault) faults.push(fault);
      }
    },
    Seq(_, seq) {
      if (seq.flow) faults.push(...tornAtCommas(source, seq.items.flatMap(piecesOfItem)));
    },
    Scalar(key, scalar) {
      const fault = key === 'key' ? undefined : (cutComment(source, scalar) ?? lossyNumber(scalar));
      if (fault) faults.push(fault);
    },
  });
  return withoutRepeats(faults);
}

const piecesOfPair = (pair: unknown): Scalar[] =>
  isPair(pair) ? [pair.key, pair.value].filter((part) => isScalar(part)) : [];
const piecesOfItem = (item: unknown): Scalar[] => (isScalar(item) ? [item] : []);

const isPlainText = (scalar: Scalar): boolean => scalar.type === 'PLAIN' && typeof scalar.value === 'string';

/** `{ x: =$f(a, b) }` is `x: =$f(a` and a key `b)`. Told at the first piece, with the whole expression in the fix. */
function tornAtCommas(source: YamlSource, pieces: Scalar[]): SourceFault[] {
  const faults: SourceFault[] = [];
  let torn: Scalar | undefined;
  for (const piece of pieces) {
    if (!isPlainText(piece) || !piece.range) continue;
    if (torn?.range) {
      const whole = source.text.slice(torn.range[0], piece.range[1]);
      if (!isRest(String(piece.value)) || isCutShort(whole)) continue;
      faults.push({
        code: 'YAML_TORN',
        begin: torn.range[0],
        end: piece.range[1],
        message: `YAML tears \`${whole}\` apart at its comma, inside { } and [ ].`,
        fix: quoteFix(whole),
      });
      torn = undefined;
    } else if (isCutShort(String(piece.value))) torn = piece;
  }
  return faults;
}

/** A key that is a piece of an expression: it was a value on a line of its own, or begins with `?`. */
function tornKey(source: YamlSource, pair: Pair<Node, Node | null>, flow: boolean): SourceFault | undefined {
  const { key } = pair;
  if (!isScalar(key) || !key.range) return undefined;
  if (key.type === 'PLAIN' && /(^|[\s,{[-])\?\s+$/.test(textBefore(source, key.range[0]))) {
    return {
      code: 'YAML_TORN',
      begin: key.range[0],
      end: key.range[1],
      message: 'A `?` with a blank behind it begins a key for YAML.',
      fix: 'If it is part of an expression, quote the whole expression, or put it under `|-`; else leave the `?` out.',
    };
  }
  const text = String(key.value);
  if (key.type !== 'PLAIN' || flow || !isPieceOfExpression(text)) return undefined;
  const end = pair.value && isScalar(pair.value) ? (pair.value.range?.[1] ?? key.range[1]) : key.range[1];
  const whole = source.text.slice(key.range[0], end);
  return {
    code: 'YAML_TORN',
    begin: key.range[0],
    end,
    message: `YAML tears \`${oneLine(whole)}\` apart at \`: \`: what stands before it became a key.`,
    fix: quoteFix(oneLine(whole)),
  };
}

/** `: c` on a line of its own, below `? b`: the key before the colon is empty. */
function emptyKey(source: YamlSource, items: Pair<Node, Node | null>[]): SourceFault | undefined {
  const index = items.findIndex(
    ({ key }) => isScalar(key) && key.range !== undefined && key.range?.[0] === key.range?.[1],
  );
  const before = items[index - 1];
  const begin = before?.value?.range?.[0] ?? before?.key.range?.[0];
  const end = items[index]?.value?.range?.[1];
  if (begin === undefined || end === undefined) return undefined;
  const whole = oneLine(source.text.slice(begin, end));
  const message = `YAML tears \`${whole}\` apart: a line that begins with \`: \` is a key without a name for it.`;
  return { code: 'YAML_TORN', begin, end, message, fix: quoteFix(whole) };
}

const isPieceOfExpression = (text: string): boolean =>
  text.startsWith('=') || isCutShort(text) || isRest(text) || / (\?|=|!=) /.test(text);

const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, ' ');

/** A plain text in the middle of a quote or a bracket, with a comment right behind it. */
function cutComment(source: YamlSource, scalar: Scalar): SourceFault | undefined {
  if (!isPlainText(scalar) || !scalar.range) return undefined;
  const [begin, end] = scalar.range;
  const comment = /^[ \t]+#[^\n]*/.exec(source.text.slice(end))?.[0];
  if (comment === undefined || !isCutShort(String(scalar.value))) return undefined;
  const whole = source.text.slice(begin, end) + comment.trimEnd();
  // An apostrophe in a text, with a real comment behind it: nothing was cut.
  if (isCutShort(whole)) return undefined;
  return {
    code: 'YAML_TORN',
    begin,
    end: begin + whole.length,
    message: `YAML cuts \`${whole}\` at \` #\`: the rest became a comment.`,
    fix: quoteFix(whole),
  };
}

/** `007`, `1e3`, `+7` and long digits are numbers for YAML and lose what was written. */
function lossyNumber(scalar: Scalar): SourceFault | undefined {
  const { source: written, value } = scalar;
  if (typeof value !== 'number' || scalar.type !== 'PLAIN' || written === undefined || !scalar.range) return undefined;
  const isExact = /^-?(0|[1-9]\d*)(\.\d+)?$/.test(written) && Math.abs(value) <= Number.MAX_SAFE_INTEGER;
  if (isExact && written.replace(/\D/g, '').length <= 16) return undefined;
  return {
    code: 'YAML_NUMBER',
    begin: scalar.range[0],
    end: scalar.range[1],
    message: `YAML reads \`${written}\` as the number ${value}.`,
    fix: Number.isSafeInteger(value)
      ? `Write '${written}' for the text, or ${value} for the number.`
      : `Write '${written}'.`,
  };
}

/** How a torn value is written so that YAML leaves it alone. */
export function quoteFix(value: string): string {
  const inside = /^'(.*[^'])'$/.exec(value)?.[1];
  // `'people's list'` is a text whose quote was not doubled, or an expression that is quoted already.
  if (inside?.includes("'") && !/[=&,()<>]/.test(inside))
    return `Double the quote inside: '${inside.replaceAll("'", "''")}'`;
  if (!value.includes("'")) return `Quote it: '${value}'`;
  if (!/["\\]/.test(value)) return `Quote it: "${value}"`;
  return `Quote it, with each ' doubled: '${value.replaceAll("'", "''")}' (or put it under |-)`;
}

/** One wreck is told once: a later fault inside the stretch of an earlier one is the same. */
function withoutRepeats(faults: SourceFault[]): SourceFault[] {
  let end = 0;
  return faults
    .toSorted((a, b) => a.begin - b.begin || b.end - a.end)
    .filter((fault) => {
      const isFirst = fault.begin >= end;
      end = Math.max(end, fault.end);
      return isFirst;
    });
}
