import { field, type TypeOf } from '#sdk';
import { oneKind } from './one-kind.ts';
import { fragmentsField } from './fragments.ts';
import { bodyWords, encodeField, fileField, pathField, requestWords } from './request.ts';
import { names } from './names.ts';

const stepWords = {
  as: field.text({
    about: 'Name of the answer: later steps, `results` and `keep` see its body as `$NAME`.',
    pattern: '^[a-z][A-Za-z0-9]*$',
    examples: ['upload'],
    optional: true,
  }),
  format: field.raw<unknown, { about: string; optional: true }>(
    { $ref: '#/$defs/format' },
    {
      about:
        'The format of the answer where it is not JSON: any of the catalogue, with its options. The answer is then the list of its records, 256 MB at most.',
      optional: true,
    },
  ),
  when: field.condition({
    about: 'The step is left out where this is not true.',
    names: names.writeRequest,
    optional: true,
  }),
  until: field.condition({
    about: 'The request is made again until this is true of its answer.',
    names: names.writeAnswer,
    input: 'answer',
    examples: ["state = 'done'"],
    optional: true,
  }),
  every: field.duration({ about: 'Wait between two of these requests; 5 s without it.', optional: true }),
  timeout: field.duration({
    about:
      'Wait for `until` at most, 10 minutes without it. Behind a step that did something the records are pending then: the next run asks once for their outcome, before it sends anything.',
    optional: true,
  }),
};

const url = pathField(names.writeRequest);
const own = ['as', 'format', 'when', 'until', 'every', 'timeout'] as const;
const plain = ['query', 'headers', 'auth', ...own] as const;
const full = [...plain, ...bodyWords, 'fragments'] as const;

/** One step of a chain: a request, with the name of its answer and when it is made. */
export const stepField = oneKind(
  { get: url, post: url, put: url, patch: url, delete: url },
  {
    ...requestWords(names.writeRequest),
    encode: encodeField,
    file: fileField(names.writeRequest),
    fragments: fragmentsField,
    ...stepWords,
  },
  { get: plain, post: full, put: full, patch: full, delete: full },
  { about: 'One request of the chain. It sees what those before it answered.' },
);

/** A compiled step. */
export type StepRule = TypeOf<typeof stepField>;
