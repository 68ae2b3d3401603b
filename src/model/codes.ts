import type { ProblemClass } from './problem.ts';

interface CodeEntry {
  class: ProblemClass;
  /** What it means and what to do, for the manual. */
  about: string;
}

const listed = <T extends Record<string, CodeEntry>>(entries: T): T => Object.freeze(entries);

/** Every code that Portolan's own floors and plugins use. The manual's page of problems is made from it. */
export const codes = listed({
  // src/expression
  EXPRESSION_SYNTAX: {
    class: 'config',
    about: 'An expression cannot be read. The position shows where reading stopped.',
  },
  EXPRESSION_REFUSED: {
    class: 'config',
    about: 'An expression uses what is closed on purpose: `$eval`, or a pattern that cannot be matched in linear time.',
  },
  EXPRESSION_FAILED: {
    class: 'data',
    about: 'An expression could not be evaluated for a record: a wrong type, or a limit of time, depth or size.',
  },
  SHAPE_HOLE: { class: 'config', about: '`{{…}}` stands where a value is made. There an expression begins with `=`.' },
  TEMPLATE_HOLE: {
    class: 'config',
    about: 'A hole of a template is empty, not closed, or begins with a mark that is not known.',
  },
  TEMPLATE_SEMICOLON: { class: 'config', about: 'An expression with `;` in a template needs parentheses around it.' },
  TEMPLATE_RAW: {
    class: 'config',
    about: '`{{{…}}}` stands where everything must be escaped. It works in URLs and bodies.',
  },
  TEMPLATE_SECTION: {
    class: 'config',
    about: 'A section of a template is not closed, closed by another name, or stands outside a body.',
  },
  TEMPLATE_VALUE: {
    class: 'data',
    about:
      'A value cannot stand in this text: an empty path segment or file name, a line break in a header, a list or a map.',
  },
  DATE_UNREADABLE: {
    class: 'data',
    about: 'A text is not a date in any of the formats that are expected, or such a day does not exist.',
  },
  DATE_FORMAT: { class: 'config', about: 'A date format is not known.' },
  NUMBER_UNREADABLE: {
    class: 'data',
    about: 'A text is not a number in the form that is expected, or has more digits than a number can hold.',
  },
  NUMBER_FORMAT: { class: 'config', about: 'A number format is not known. It is an example such as `1 234,5`.' },
  PHONE_UNREADABLE: {
    class: 'data',
    about: 'A text is not a phone number that can be written in the form +71234567890.',
  },
  SNILS_WRONG: { class: 'data', about: 'A SNILS does not have 11 digits, or its check digits are wrong.' },
  INN_WRONG: { class: 'data', about: 'An INN does not have 10 or 12 digits, or its check digits are wrong.' },
  TABLE_UNKNOWN: { class: 'config', about: 'A table is not declared in `tables:` of the workspace.' },
  TABLE_SHAPE: { class: 'config', about: 'A table with one column is a list: a code cannot be looked up in it.' },
  LOOKUP_UNKNOWN: {
    class: 'data',
    about: 'A code is not in the table. Add it there, or give `$lookup` a third argument as default.',
  },
  LINK_NOT_DELIVERED: {
    class: 'data',
    about: 'What a record points to is not at the target yet. It is tried again in every run.',
  },
  PASSWORD_UNAVAILABLE: {
    class: 'config',
    about: '`$password` stands where no password can be made: it works after `diff`.',
  },
  // src/language
  VALUE_UNREADABLE: {
    class: 'config',
    about:
      'A duration, size, share, rate or grace is not written in its form, such as `30s`, `1MB`, `5%`, `10/s`, `2 days`.',
  },
  WORKSPACE_FILE_MISSING: {
    class: 'config',
    about: 'A file that a document names does not exist in the workspace, or cannot be read.',
  },
  // src/workspace
  WORKSPACE_NOT_FOUND: {
    class: 'config',
    about: 'No portolan.yaml in this folder or above it. Run `portolan init`, or go to the workspace.',
  },
  // src/engine
  COUNTS_DISAGREE: {
    class: 'bug',
    about: 'The counts of a run do not add up. Nothing is trusted: the run is failed. Please report it.',
  },
  PIPELINE_LOCKED: { class: 'fatal', about: 'Another run holds the snapshot. This run is skipped.' },
  LOCK_LOST: {
    class: 'fatal',
    about: 'The run lost its lock to another process and stopped before it committed anything more.',
  },
});

export type Code = keyof typeof codes;
