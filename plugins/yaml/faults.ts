import { problem, type Problem } from '#sdk';

const again = { fix: 'Ask for the file once more.' };

/** Line and column from 1; of what the parser says only the kind of the fault. */
export const broken = (line: number, column: number, code: string): Problem =>
  problem(
    'YAML_BROKEN',
    `The document is not YAML: reading stopped in line ${line}, column ${column} (${code.toLowerCase().replaceAll('_', ' ')}).`,
    again,
  );

/** The line holds bytes of another encoding. */
export const notUtf8 = (line: number): Problem =>
  problem('YAML_BROKEN', `The document is not YAML: line ${line} is not UTF-8.`, again);

/** What must be read at once is too much, or aliases make it so. */
export const tooLarge = (line: number, limit: number): Problem =>
  problem(
    'YAML_TOO_LARGE',
    `What must be read at once has more than ${limit} characters in line ${line}, counted with what aliases repeat.`,
    { fix: 'Raise `limit`, or ask for a list whose items begin with `-` at the beginning of the line, or for ndjson.' },
  );

/** Something that YAML has and records can't have. */
export const refused = (line: number, what: string): Problem =>
  problem('YAML_REFUSED', `In line ${line} stands ${what}.`, {
    fix: 'Ask for a file with plain maps, lists and texts.',
  });

/** The list is not where it should be. */
export const noList = (path: readonly string[], line: number): Problem =>
  problem('YAML_NO_LIST', `The document in line ${line} has no list of records at ${path.join('.')}.`, {
    fix: 'Say in `records` where it is, such as `records: data.items`.',
  });

/** Options that exclude each other. */
export const bothWays = (): Problem =>
  problem('YAML_OPTIONS', '`documents` writes each record as a document, and `records` puts all into a list.', {
    fix: 'Leave out one of them.',
  });
