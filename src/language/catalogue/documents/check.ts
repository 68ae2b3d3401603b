import { field, type Schema } from '../../../connect/sdk/index.ts';
import { namePattern } from './shared.ts';

const counts = {
  read: 'Rows that were read.',
  made: 'Records that a step made beyond one for each row.',
  absent: 'People who are known, were not gone before, and are absent from a complete full feed.',
  filtered: 'Records that were let go: by a filter, as an equal duplicate, or as replaced by a later source.',
  unchanged: 'Records that are as they were last delivered.',
  held: 'Records that wait for grace, a guard or a person.',
  pending: 'Records that the target took and has not answered for yet.',
  rejected: 'Records that could not be read, mapped or delivered.',
  delivered: 'Records that every sink took, over all operations.',
  unsettled: 'Records that the run left open.',
  create: 'Records that were delivered as new.',
  update: 'Records that were delivered as changed.',
  missing: 'Records that were delivered as missing.',
  returned: 'Records that were delivered as returned.',
  upsert: 'Records that were delivered by a pipeline without a `diff`.',
};

const expected = field.object(
  {
    ...Object.fromEntries(
      Object.entries(counts).map(([name, about]) => [name, field.integer({ about, minimum: 0, optional: true })]),
    ),
    sent: field.workspaceFile({
      about: 'JSON file that lists what the sinks were sent, in order: `{ sink, operation, record }` for each record.',
      optional: true,
      examples: ['fixtures/expected.json'],
    }),
  },
  { about: 'What must come of the case: counts of the run, and what was sent. What is not named is not compared.' },
);

const oneCase = field.object(
  {
    name: field.text({
      about: 'What the case shows, as a sentence.',
      examples: ['a dismissed employee is blocked, not deleted'],
    }),
    source: field.raw<string | string[], { about: string; optional: true; examples: unknown[] }>(
      { type: ['string', 'array'], minLength: 1, items: { type: 'string', minLength: 1 }, minItems: 1 },
      {
        about:
          'File that the source yields, in the format of the pipeline. Where the pipeline has a list of sources one for each, in order; those that are left have nothing to read. Of a connector a JSON file: the records that are written, or for which the operation is called.',
        optional: true,
        examples: ['fixtures/two-dismissed.csv', ['fixtures/full.csv', 'fixtures/changes.csv']],
      },
    ),
    read: field.text({
      about:
        'Of a connector: the read that is tried. What it gives is `sent` to the sink `file`, as operation `upsert`.',
      optional: true,
      examples: ['users'],
    }),
    write: field.text({
      about:
        'Of a connector: the target that is tried. The records of `source` are compared with `known`, and what changed is written; who is known and not among them is missing.',
      optional: true,
      examples: ['users'],
    }),
    call: field.text({
      about:
        'Of a connector: the operation that is tried, once for each record of `source`. What it answers is `sent` to the sink `file` as `{ answer }`.',
      optional: true,
      examples: ['access.get'],
    }),
    with: field.raw<unknown, { about: string; optional: true; examples: unknown[] }>(
      { type: 'object' },
      {
        about: 'Parameters of the read or the operation, as a pipeline writes them.',
        optional: true,
        examples: [{ group: 'hr' }],
      },
    ),
    exchanges: field.workspaceFile({
      about:
        'Of a connector: JSON file with what is asked and answered, a list of `{ request: { method, url, headers, json | form | body }, answer: { status, headers, json | body } }`. Requests are compared by their meaning: maps, form fields and queries in any order, lists in theirs, and of the headers those that are written. None may be left, and none lacking.',
      optional: true,
      examples: ['fixtures/users.json'],
    }),
    lookups: field.raw<unknown, { about: string; optional: true; examples: unknown[] }>(
      { type: 'object', additionalProperties: { type: 'string', minLength: 1 }, minProperties: 1 },
      {
        about:
          'File that each `lookup` reads, by its `as`, in the format of its source (JSON where that has none). With `batch` it is as if the read had given all of it.',
        optional: true,
        examples: [{ boss: 'fixtures/managers.csv' }],
      },
    ),
    known: field.workspaceFile({
      about:
        'JSON file with the snapshot before the run: a list of `{ key, record }`, each as it was last delivered, with `kept` by sink and `gone: true` where wanted. Paths start at the folder of the check.',
      optional: true,
      examples: ['fixtures/known.json'],
    }),
    params: field.raw<unknown, { about: string; optional: true; examples: unknown[] }>(
      { type: 'object', additionalProperties: { type: ['string', 'number', 'boolean'] } },
      { about: 'Parameters of the run.', optional: true, examples: [{ period: '2026-10' }] },
    ),
    expect: field.raw<unknown, { about: string; examples: unknown[] }>(
      { ...expected.schema, minProperties: 1 },
      { about: String(expected.schema.description), examples: [{ create: 0, missing: 2, rejected: 0 }] },
    ),
  },
  { about: 'One case.' },
);

/** Schema of `check:` documents. */
export function checkSchema(): Schema {
  return field.object(
    {
      check: field.text({
        about: 'Name of the pipeline or connector that is checked.',
        pattern: namePattern,
        examples: ['employees'],
      }),
      connection: field.raw<unknown, { about: string; optional: true; examples: unknown[] }>(
        { type: 'object' },
        {
          about: 'Of a connector: the options of the connection. No request leaves, so make secrets up.',
          optional: true,
          examples: [{ url: 'https://api.acme.example', token: 'made-up' }],
        },
      ),
      now: field.text({
        about: 'The moment of the run, in the time zone of the workspace.',
        pattern: '^\\d{4}-\\d\\d-\\d\\d(T\\d\\d:\\d\\d(:\\d\\d)?)?$',
        examples: ['2026-11-24T02:30'],
      }),
      cases: field.list(oneCase, { about: 'The cases, each run on its own.', minItems: 1 }),
    },
    {
      about:
        'Tests of a pipeline or a connector, run by `portolan test` through the same code as a run, without any network.',
    },
  ).schema;
}
