import type { Mark, Schema } from '../../connect/sdk/index.ts';
import { compileCondition, compileShape, compileTemplate, type Place } from '../../expression/index.ts';
import { problem } from '../../model/problem.ts';
import { compileReading } from './reading.ts';
import { markOf, resolved, schemaOfItems, schemaOfKey } from './schema-walk.ts';
import { durationMs, ratePerSecond, shareOf, sizeBytes } from './units.ts';

/** What compiling needs from outside. */
export interface MarkedFiles {
  /** Text of a file of the workspace, by its path in the document. Throws WORKSPACE_FILE_MISSING. */
  readFile?(path: string): string;
}

/**
 * Options ready for use: marked leaves become expressions, templates and shapes, durations milliseconds, sizes bytes,
 * shares `{ share }` or `{ count }`, rates per second; what is left out gets its default. `value` must have passed the
 * schema. Frozen. Throws the problems of the leaf's own compiler.
 */
export function compileMarked(schema: Schema, value: unknown, files: MarkedFiles = {}): unknown {
  return compileNode(schema, value, schema, files);
}

function compileNode(schema: Schema, value: unknown, root: Schema, files: MarkedFiles): unknown {
  const here = resolved(schema, root);
  const mark = markOf(here, value);
  if (mark) return compileLeaf(mark, value, files);
  if (Array.isArray(value)) {
    const items = schemaOfItems(here, root);
    return Object.freeze(items ? value.map((item) => compileNode(items, item, root, files)) : [...value]);
  }
  if (typeof value === 'object' && value !== null)
    return compileMap(here, value as Record<string, unknown>, root, files);
  return filledIn(here, value);
}

/** What was filled in for `${PORT}` is a text; where only a number or a truth value may stand it is read as one. */
function filledIn(schema: Schema, value: unknown): unknown {
  if (typeof value !== 'string' || [schema.type].flat().includes('string')) return value;
  const types = [schema.type].flat();
  if (types.includes('boolean') && /^(true|false)$/.test(value)) return value === 'true';
  const isNumber = types.includes('integer')
    ? /^-?\d+$/.test(value)
    : types.includes('number') && /^-?\d+(\.\d+)?$/.test(value);
  return isNumber ? Number(value) : value;
}

function compileMap(schema: Schema, value: Record<string, unknown>, root: Schema, files: MarkedFiles): unknown {
  const made: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    const below = schemaOfKey(schema, key, root);
    made[key] = below ? compileNode(below, item, root, files) : item;
  }
  for (const [key, option] of Object.entries((schema.properties ?? {}) as Record<string, Schema>)) {
    if (Object.hasOwn(value, key) || typeof option !== 'object') continue;
    const below = resolved(option, root);
    if (below.default !== undefined) made[key] = compileNode(below, below.default, root, files);
  }
  return Object.freeze(made);
}

function compileLeaf(mark: Mark, value: unknown, files: MarkedFiles): unknown {
  switch (mark.as) {
    case 'condition':
      return compileCondition(String(value));
    case 'expression':
      return compileReading(String(value));
    case 'shape':
      return compileShape(value);
    case 'template':
      return compileTemplate(String(value), mark.place);
    case 'duration':
      return typeof value === 'string' ? durationMs(value) : value;
    case 'size':
      return sizeBytes(value as string | number);
    case 'share':
      return shareOf(value as string | number);
    case 'rate':
      return ratePerSecond(String(value));
    case 'workspaceFile':
      return workspaceText(mark, String(value), files);
    case 'secret':
      return value;
  }
}

/** A body may be HTML or text; which of them, its file's name says. */
export const placeOfFile = (place: Place, path: string): Place =>
  place === 'html' && /\.txt$/i.test(path) ? 'text' : place;

function workspaceText(mark: Mark & { as: 'workspaceFile' }, path: string, files: MarkedFiles): unknown {
  if (!files.readFile) throw problem('WORKSPACE_FILE_MISSING', `The file ${path} can't be read here.`);
  const text = files.readFile(path);
  return Object.freeze({
    path,
    text,
    ...(mark.place ? { template: compileTemplate(text, placeOfFile(mark.place, path)) } : {}),
  });
}
