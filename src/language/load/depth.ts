import type { Path } from '../compile/schema-walk.ts';

/** Values stand in one another no deeper than this; no pipeline needs a tenth of it. */
const maxDepth = 100;

/** What is said of a document whose values stand too deep in one another. */
export const tooDeep = {
  code: 'YAML_SYNTAX' as const,
  message: `Maps and lists stand in one another more than ${maxDepth} deep.`,
  fix: 'Write what is meant with fewer levels; a long row of brackets or dashes is often a slip.',
};

/** Path of the first map or list that stands too deep, aliases followed; undefined where none does. */
export function pathTooDeep(value: unknown, path: Path = []): Path | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (path.length >= maxDepth) return path;
  for (const [key, item] of Object.entries(value)) {
    const found = pathTooDeep(item, [...path, key]);
    if (found) return found;
  }
  return undefined;
}
