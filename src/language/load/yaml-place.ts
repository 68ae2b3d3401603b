import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Document,
  type LineCounter,
  type Node,
  type Pair,
  type Scalar,
} from 'yaml';
import type { Path } from '../compile/schema-walk.ts';
import { sourceOffset } from './scalar-offset.ts';

/** One YAML document of a file, with what is needed to tell places in it. */
export interface YamlSource {
  /** Text of the whole file. */
  text: string;
  lines: LineCounter;
  document: Document;
}

/** The 500 characters before an offset: all of them, for each place, would take minutes in a long file. */
export const textBefore = ({ text }: YamlSource, at: number): string => text.slice(Math.max(0, at - 500), at);

/** Line and columns from 1. */
export interface Place {
  line: number;
  column: number;
  endColumn?: number;
}

/** Line and column of a stretch of the file; `endColumn` only where it ends on the same line. */
export function placeOfRange({ lines }: YamlSource, begin: number, end: number): Place {
  const from = lines.linePos(begin);
  const to = lines.linePos(end);
  const place = { line: Math.max(1, from.line), column: Math.max(1, from.col) };
  return to.line === from.line && to.col > from.col ? { ...place, endColumn: to.col } : place;
}

/** `/a/b~1c/0` as keys and indexes. */
export function pathOfPointer(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Keys and indexes as `/a/b~1c/0`. */
export function pointerOfPath(path: Path): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** The node at a path, aliases followed, and the pair that holds it. */
function find(source: YamlSource, path: Path): { node: Node | undefined; key: Node | undefined; known: boolean } {
  let node = source.document.contents as Node | null | undefined;
  let key: Node | undefined;
  for (const [index, part] of path.entries()) {
    if (isAlias(node)) node = node.resolve(source.document);
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part));
      if (!pair) return { node, key, known: false };
      key = pair.key as Node;
      node = pair.value as Node | null;
      // A pair without a value stands where its key stands.
      if (!node && index < path.length - 1) return { node: key, key, known: false };
    } else if (isSeq(node)) {
      key = undefined;
      node = node.items[Number(part)] as Node | undefined;
    } else return { node: node ?? key, key, known: false };
  }
  return { node: node ?? undefined, key, known: true };
}

/** Where a value stands (or, `at: 'key'`, its key). What is not there stands at the nearest thing around it. */
export function placeOf(source: YamlSource, path: Path, at: 'key' | 'value' = 'value'): Place {
  const { node, key, known } = find(source, path);
  const chosen = (at === 'key' && known ? key : undefined) ?? node ?? key;
  const begin = chosen?.range?.[0] ?? source.document.range?.[0] ?? 0;
  const end = chosen && isScalar(chosen) ? (chosen.range?.[1] ?? begin) : begin;
  return placeOfRange(source, begin, end);
}

/** Where a character of a text value stands: `offset` counts in the value as it was read. */
export function placeInText(source: YamlSource, path: Path, offset: number): Place {
  const { node } = find(source, path);
  const scalar = isAlias(node) ? node.resolve(source.document) : node;
  if (!isScalar(scalar) || !scalar.range) return placeOf(source, path);
  const begin = sourceOffset(source.text, scalar as Scalar, offset);
  return placeOfRange(source, begin, begin);
}

/** The scalar at a path, if one is there. */
export function scalarAt(source: YamlSource, path: Path): Scalar | undefined {
  const { node, known } = find(source, path);
  const found = isAlias(node) ? node.resolve(source.document) : node;
  return known && isScalar(found) ? (found as Scalar) : undefined;
}

/** The path of the innermost node around an offset of the file. */
export function pathAt(source: YamlSource, offset: number): Path {
  const path: (string | number)[] = [];
  let node = source.document.contents as Node | null;
  while (node) {
    const step: { part: string | number; node: Node | null } | undefined = isMap(node)
      ? inMap(node.items as Pair<Node, Node | null>[], offset)
      : isSeq(node)
        ? inSeq(node.items as Node[], offset)
        : undefined;
    if (!step) return path;
    path.push(step.part);
    node = step.node;
  }
  return path;
}

function inMap(items: Pair<Node, Node | null>[], offset: number) {
  const found = items.findLast((pair) => (pair.key.range?.[0] ?? Infinity) <= offset);
  return found && isScalar(found.key) ? { part: String(found.key.value), node: found.value } : undefined;
}

function inSeq(items: Node[], offset: number) {
  const index = items.findLastIndex((item) => (item.range?.[0] ?? Infinity) <= offset);
  return index < 0 ? undefined : { part: index, node: items[index] ?? null };
}
