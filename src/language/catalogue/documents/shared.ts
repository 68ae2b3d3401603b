import type { Field, Schema } from '../../../connect/sdk/index.ts';
import { field } from '../../../connect/sdk/index.ts';
import { operations } from '../../../model/record.ts';

/** Names of workspaces, pipelines, connections, tables: they stand in paths, logs and expressions. */
export const namePattern = '^[A-Za-z][A-Za-z0-9_-]*$';

/** A text that is one of a few, or a list of them; editors complete both. */
export function oneOrListOf(values: readonly string[], about: string): Field<string | string[]> {
  return field.raw<string | string[], { about: string }>(
    {
      type: ['string', 'array'],
      if: { type: 'string' },
      then: { enum: [...values] },
      items: { enum: [...values] },
      minItems: 1,
      examples: [...values],
    },
    { about },
  );
}

/** A text, or a list of texts. */
export const textOrTexts = (about: string, examples: readonly unknown[] = []): Schema => ({
  type: ['string', 'array'],
  minLength: 1,
  items: { type: 'string', minLength: 1 },
  minItems: 1,
  description: about,
  ...(examples.length > 0 ? { examples: [...examples] } : {}),
});

/** A field of {@link textOrTexts}. */
export const textsField = (about: string, examples: readonly unknown[] = []) =>
  field.raw<string | string[], { about: string; optional: true }>(textOrTexts(about, examples), {
    about,
    optional: true,
  });

/** The words that may stand beside kinds, by name. */
export const words = Object.freeze({
  connection: field.text({
    about:
      'Name of the connection in portolan.yaml that is used. It can be left out where the workspace has exactly one of the kind.',
    pattern: namePattern,
    examples: ['hr'],
  }).schema,
  only: oneOrListOf(
    operations,
    'Operations that this is for; records with any other operation pass by untouched. Before `diff` no record has an operation other than `upsert`.',
  ).schema,
  when: field.condition({
    about: 'JSONata condition over the record; records for which it is not true pass by untouched.',
    input: 'record',
    examples: ["department = 'Sales'"],
  }).schema,
  as: field.text({
    about:
      'Name under which later expressions read what came of this step, as `$name`. It cannot be the name of a function or of a variable that exists already.',
    pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
    examples: ['mapped'],
  }).schema,
  feed: field.choice(['full', 'changes'], {
    about:
      'What the source yields: with `full` somebody who is absent is missing, with `changes` absence means nothing. Say `full` only where the source always holds everybody.',
  }).schema,
});
