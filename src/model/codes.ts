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
  YAML_SYNTAX: { class: 'config', about: 'A file is not YAML at this place.' },
  YAML_TORN: {
    class: 'config',
    about:
      'YAML tears an expression apart: at `: ` and ` #`, inside `{ }` and `[ ]` also at commas and `[`. Quote it, or put it under `|-`.',
  },
  YAML_NUMBER: {
    class: 'config',
    about: 'A text such as `007` or `1e3` is a number for YAML, and loses how it was written. Quote it.',
  },
  YAML_DUPLICATE_KEY: { class: 'config', about: 'A key stands twice in one map.' },
  YAML_ALIAS: {
    class: 'config',
    about: 'An alias `*name` repeats nothing, itself, or so much that it would fill the memory.',
  },
  YAML_TAG: { class: 'config', about: 'A tag such as `!!binary` stands in a document. Tags are not allowed.' },
  YAML_MERGE: { class: 'config', about: 'A merge key `<<` stands in a document. Merge keys are not allowed.' },
  DOCUMENT_UNKNOWN: {
    class: 'config',
    about: 'A document does not begin with the key that says what it is: `pipeline:`, `connector:` or `check:`.',
  },
  REFERENCE_OUTSIDE: {
    class: 'config',
    about: '`${…}` stands outside the workspace file. A pipeline can be shared, so it holds no references to secrets.',
  },
  REFERENCE_BROKEN: {
    class: 'config',
    about: '`${` stands in the workspace file and is not `${NAME}`, `${NAME:-default}` or `${file:path}`.',
  },
  VARIABLE_MISSING: { class: 'config', about: 'An environment variable that the workspace file names is not set.' },
  FILE_NOT_ALLOWED: {
    class: 'config',
    about:
      '`${file:…}` leads out of the workspace, /run/secrets and the folder that PORTOLAN_SECRETS names; nothing else is read.',
  },
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
  INTERNAL: {
    class: 'bug',
    about: 'An error that Portolan does not know. Run again with PORTOLAN_DEBUG=1 and report what it prints.',
  },
  RUN_CANCELLED: {
    class: 'fatal',
    about: 'The run was cancelled. What was delivered before is committed; the next run takes the rest.',
  },
  TOLERATE_EXCEEDED: {
    class: 'fatal',
    about:
      'More records were rejected than `errors.tolerate` allows. With a diff nothing was written; without one, what came before the limit was.',
  },
  PARAM_MISSING: {
    class: 'config',
    about: 'The pipeline declares a parameter without a default, and none was given with --param.',
  },
  PARAM_INVALID: {
    class: 'config',
    about: 'A parameter does not match the pattern that the pipeline declares for it.',
  },
  PARAM_UNKNOWN: { class: 'config', about: 'A parameter was given that the pipeline does not declare under `params`.' },
  RECORD_COLUMN_MISSING: {
    class: 'fatal',
    about:
      'A column that `record.fields` names is not in the file. The run fails before anything is written: nobody is treated as gone because a column was renamed.',
  },
  FIELD_REQUIRED: { class: 'data', about: 'A required field has no value.' },
  FIELD_INVALID: { class: 'data', about: 'A field is not as the JSON Schema of the `validate` step says.' },
  FIELD_NOT_UNIQUE: {
    class: 'data',
    about:
      'Two records of the run have the same value in a field that `validate: { unique }` names; the later one is rejected.',
  },
  KEY_UNREADABLE: {
    class: 'data',
    about: "The key of a row has no value. The row may be anybody's, so nobody is missing in that run.",
  },
  DUPLICATE_KEY: {
    class: 'data',
    about:
      'Two rows carry the same key and say different things. All rows of the key are rejected, as nobody can say which is right.',
  },
  STEP_NOT_A_RECORD: {
    class: 'data',
    about: 'A `map` or `set` made a list or a single value where a map of fields is needed.',
  },
  SINK_ANSWER_COUNT: {
    class: 'bug',
    about: 'A connector answered more or fewer outcomes than it was given records. Report it to its author.',
  },
  TARGET_LACKS_OPERATION: { class: 'data', about: 'The target has no such operation. `validate` says so beforehand.' },
  TARGET_UNAVAILABLE: {
    class: 'transient',
    about:
      'The target did not take a request within the attempts that its connector allows. The run is failed; the next one takes what is left.',
  },
  TARGET_RETRY_EXHAUSTED: {
    class: 'data',
    about: 'The target asked to send a record again until the attempts were used up.',
  },
  TARGET_FORGOT: {
    class: 'data',
    about: "The target no longer knows a record that it took before, and can't create it.",
  },
  TARGET_STALE: {
    class: 'data',
    about: 'The record changed at the target between our reading and our writing, twice.',
  },
  TARGET_AMBIGUOUS: {
    class: 'data',
    about: 'The target knows several records under one key. A person has to decide which is meant.',
  },
  TARGET_CANNOT_FIND: { class: 'fatal', about: 'An operation says `repeat: find`, and the target declares no `find`.' },
  DUPLICATE_AT_TARGET: {
    class: 'data',
    about: 'The target refused a create as a duplicate, and the record it holds is not ours.',
  },
  OUTCOME_UNKNOWN: {
    class: 'data',
    about:
      'No answer came to a request, and the target declares no way to recognise a repeat. It is never asked twice: a person has to look whether it was done.',
  },
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
