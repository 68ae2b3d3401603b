import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar, type YAMLMap } from 'yaml';
import { parseExactJson, type Fields } from '#sdk';
import { refused, tooLarge } from './faults.ts';

/** What is known while the pieces of one document are read. */
export interface Reading {
  /** What has an anchor, by its name. */
  anchors: Map<string, Node>;
  /** Characters that aliases may still repeat, and that what has an anchor may still hold in memory. */
  left: { repeated: number; held: number };
  limit: number;
  /** Line of an offset in the piece. */
  lineOf(offset: number): number;
}

const maxDepth = 100;
// What a map or list weighs beside its texts.
const nodeLength = 16;
const jsonNumber = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/**
 * The value of a node; undefined where it has none. Throws YAML_TOO_LARGE where aliases repeat too much, and YAML_REFUSED
 * for tags that are no JSON, keys that are no text, values that hold themselves, and what is too deep.
 */
export function valueOf(node: unknown, reading: Reading, inside: readonly Node[] = [], isRepeated = false): unknown {
  if (node === null || node === undefined) return undefined;
  const at = () => reading.lineOf((node as Node).range?.[0] ?? 0);
  if (inside.length > maxDepth) throw refused(at(), `values that stand in one another more than ${maxDepth} deep`);
  if (isAlias(node)) {
    const meant = reading.anchors.get(node.source);
    if (!meant) throw refused(at(), 'an alias of what is not there');
    if (inside.includes(meant)) throw refused(at(), 'a value that holds itself');
    return valueOf(meant, reading, inside, true);
  }
  if (isRepeated) spend('repeated', nodeLength + (isScalar(node) ? (node.source ?? '').length : 0), reading, at);
  else noteAnchor(node as Node, reading, at);
  const deeper = [...inside, node as Node];
  if (isSeq(node))
    return node.items.map((item) => valueOf(item, reading, deeper, isRepeated)).filter((item) => item !== undefined);
  if (isMap(node)) return mapOf(node, reading, deeper, isRepeated);
  return isScalar(node) ? scalarOf(node.value, node.source) : undefined;
}

/** Held over pieces, so that an alias in a later one finds it. */
function noteAnchor(node: Node, reading: Reading, at: () => number): void {
  if (isAlias(node) || !node.anchor) return;
  const [start = 0, , end = 0] = node.range ?? [];
  spend('held', end - start, reading, at);
  reading.anchors.set(node.anchor, node);
}

function spend(what: 'repeated' | 'held', length: number, { left, limit }: Reading, at: () => number): void {
  left[what] -= length;
  if (left[what] < 0) throw tooLarge(at(), limit);
}

/** What JSON would not read as it stands is text: 0007 is no seven, and +7 begins a phone number. */
function scalarOf(value: unknown, source: string | undefined): unknown {
  if (value === null) return undefined;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (source === undefined) return String(value);
  return jsonNumber.test(source) ? parseExactJson(source) : source;
}

function mapOf(map: YAMLMap, reading: Reading, inside: readonly Node[], isRepeated: boolean): Fields {
  const fields: Fields = {};
  const merged: unknown[] = [];
  for (const pair of map.items) {
    const name = nameOf(pair, reading);
    if (name === '<<' && (pair.key as Scalar).type === 'PLAIN') {
      merged.push(...[valueOf(pair.value, reading, inside, isRepeated)].flat());
      if (merged.every(isFields)) continue;
      throw refused(lineOf(pair.key, reading), 'a merge of what is no map');
    }
    if (Object.hasOwn(fields, name)) throw refused(lineOf(pair.key, reading), 'a key that its map has already');
    put(fields, name, valueOf(pair.value, reading, inside, isRepeated));
  }
  for (const other of merged) merge(fields, other as Fields);
  // A key without a value counts as one until here: it is not to be merged over, nor to stand twice.
  for (const name of Object.keys(fields)) if (fields[name] === undefined) delete fields[name];
  return fields;
}

/** A merge key fills in what the map itself does not have. */
function merge(fields: Fields, other: Fields): void {
  for (const [name, value] of Object.entries(other)) if (!Object.hasOwn(fields, name)) put(fields, name, value);
}

/** Is it a map? */
export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The name of a pair in its map; throws YAML_REFUSED where it is no text. */
export function nameOf({ key }: Pair, reading: Reading): string {
  if (!isScalar(key)) throw refused(lineOf(key, reading), 'a key that is no text');
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
}

const lineOf = (node: unknown, { lineOf: at }: Reading): number => at((node as Node | null)?.range?.[0] ?? 0);

/** A key may be `__proto__`. */
function put(fields: Fields, name: string, value: unknown): void {
  if (name === '__proto__')
    Object.defineProperty(fields, name, { value, enumerable: true, configurable: true, writable: true });
  else fields[name] = value;
}
