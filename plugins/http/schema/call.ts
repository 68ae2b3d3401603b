import { field, type Fields, type TypeOf } from '#sdk';
import { errorsField } from './errors.ts';
import { names } from './names.ts';
import { requestField } from './request.ts';

/** One entry of `call:`. */
export const callField = field.object(
  {
    about: field.text({ about: 'What it does, for the manual.', optional: true }),
    with: field.raw<Fields, { about: string; optional: true }>(
      { type: 'object' },
      { about: 'JSON Schema of what a step must or may pass; the request sees it as `$with`.', optional: true },
    ),
    request: requestField(
      names.callRequest,
      'The request. `get` only asks, so it may stand before a diff, and a plan makes it too; all others write.',
    ),
    records: field.reading({
      about: 'What of the answer the step gets; without it the whole body.',
      names: names.callAnswer,
      input: 'answer',
      examples: ['data'],
      optional: true,
    }),
    errors: errorsField(names.callAnswer),
    repeat: field.choice(['safe', 'never'], {
      about:
        'After a lost answer: `safe` sends the same again (default of GET, PUT, DELETE and with a header Idempotency-Key), `never` does not (default of the rest). A pipeline repeats what it could not commit, so its steps call only what is safe.',
      optional: true,
    }),
  },
  { about: 'One operation: a step `call: { CONNECTOR.NAME: { … } }`.' },
);

/** A compiled operation. */
export type CallRule = TypeOf<typeof callField>;
