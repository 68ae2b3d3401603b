import { field, type Field, type TypeOf } from '#sdk';
import { errorsField } from './errors.ts';
import { names } from './names.ts';
import { oneKind } from './one-kind.ts';
import { requestField } from './request.ts';
import { stepField } from './step.ts';

const size = field.integer({ about: 'Records in one request at most.', minimum: 1 });

const batch = field.either(
  size,
  field.object(
    {
      size,
      bytes: field.size({
        about:
          'Bytes of one body at most, as it is sent: a batch is divided until each part fits. A record that is larger alone is rejected.',
        examples: ['1MB'],
        optional: true,
      }),
      atomic: field.boolean({
        about: 'A refused batch did nothing, so it may be halved to find the record that is at fault.',
        default: false,
        optional: true,
      }),
      ordered: field.boolean({
        about:
          'Batches go one after another in the order of the records; without it several may be on their way at once.',
        default: false,
        optional: true,
      }),
      by: field.text({ about: 'A field that has one value in a batch; the request may use it.', optional: true }),
    },
    { about: 'Size and nature of a batch.' },
  ),
  {
    about: 'Several records in one request, which then sees `$items`. Without it each record has a request of its own.',
    optional: true,
  },
);

const keep = field.map(field.reading({ about: 'Where the value is.', names: names.result, input: 'answer' }), {
  about: 'What is remembered of each record that was accepted or found, as `$kept`. What has no value leaves the old.',
  examples: [{ id: 'id', etag: '$headers.etag' }],
  optional: true,
});

const result = (about: string, examples?: readonly string[]) =>
  field.reading({ about, names: names.result, input: 'answer', optional: true, ...(examples ? { examples } : {}) });

const results = field.object(
  {
    list: field.reading({
      about: 'List or map of the answers for each record. It may be left out where the API names only whom it refused.',
      names: names.writeAnswer,
      input: 'answer',
      optional: true,
    }),
    refused: field.reading({
      about: 'A second list or map, of those that were refused.',
      names: names.writeAnswer,
      input: 'answer',
      optional: true,
    }),
    by: result(
      "What in an answer equals `ref`, compared as text; `$key` is its name in a map or its place in a list. Without it answers stand in the batch's order.",
      ['row', '$key'],
    ),
    ref: field.reading({
      about: 'What names a record in the answer: its place in the batch, from 0, or a field.',
      names: names.resultName,
      examples: ['externalId'],
      optional: true,
    }),
    ok: field.condition({
      about: 'Was the record accepted? Without it everything in `list` was.',
      names: names.result,
      input: 'answer',
      examples: ["status = 'ok'"],
      optional: true,
    }),
    retry: field.condition({
      about: 'Does the API ask to send this record again?',
      names: names.result,
      input: 'answer',
      optional: true,
    }),
    after: result('How long to wait before that: seconds, or a moment as in Retry-After.'),
    reason: result('Why it was refused. Values of the record are blanked in it.', ['error.message']),
    unnamed: field.choice(['retry', 'delivered', 'refused'], {
      about:
        'What a record without an answer is. Without this key its outcome is unknown, and it is sent again as far as `repeat` allows; `retry` says that it is certainly safe to send.',
      optional: true,
    }),
  },
  { about: "Each record's fate. An expression that errs here leaves the outcome unknown.", optional: true },
);

const operation = (about: string) => {
  const schema = oneKind(
    {
      request: requestField(names.writeRequest, 'The request. With `batch` it sees `$items`, without it the record.', {
        sendsRecords: true,
      }),
      do: field.list(stepField, {
        about:
          'A chain of requests instead of one. `errors` judge each answer; `results` and `keep` read the last, or the one that they name. After a lost answer the chain is repeated as a whole, as `repeat` allows.',
        minItems: 1,
      }),
    },
    {
      batch,
      repeat: field.choice(['safe', 'find', 'never'], {
        about:
          'After a lost answer: `safe` sends the same again (default of PUT, DELETE and with a header Idempotency-Key, of a chain where all of it is), `find` asks first, `never` (default of the rest) leaves it to a person.',
        optional: true,
      }),
      item: field.shape({
        about:
          'One record in the body, as `$item` and in `$items`; without it the record itself, for an update with the fields that lost their value.',
        names: names.item,
        optional: true,
      }),
      results,
      keep,
      errors: errorsField(names.result),
    },
    { request: operationWords, do: operationWords },
    { about },
  );
  return field.raw<TypeOf<typeof schema>, { about: string; optional: true }>(schema.schema, { about, optional: true });
};

const operationWords = ['batch', 'repeat', 'item', 'results', 'keep', 'errors'] as const;

const optionally = <T>(required: Field<T>): Field<T> & { optional: true } => ({ ...required, optional: true });

const keyName = field.text({ about: 'Field of the record.' });

/** One entry of `write:`. */
export const targetField = field.object(
  {
    about: field.text({ about: 'What it writes, for the manual.', optional: true }),
    key: field.either(keyName, field.list(keyName, { about: 'Several fields.', minItems: 1 }), {
      about: 'Field by which the target knows a record: for adoption, duplicates and lost answers.',
      optional: true,
    }),
    find: field.object(
      {
        request: requestField(names.findRequest, 'Asks for the record, or with `batch` for `$items`.'),
        results: field.object(
          {
            list: field.reading({
              about: 'Where the found ones are. No list fails the run: it is never taken for "not found".',
              names: names.writeAnswer,
              input: 'answer',
            }),
            by: field.reading({
              about:
                "What in a found one equals the record's key; without it the field of that name. What does not carry the key is not ours, however the target searched.",
              names: names.result,
              input: 'answer',
              optional: true,
            }),
          },
          { about: 'How to read the answer.' },
        ),
        batch: field.integer({
          about: 'Records that can be asked for at once.',
          minimum: 1,
          default: 1,
          optional: true,
        }),
        errors: errorsField(names.result),
      },
      {
        about: 'How to learn what is kept when it is not known: for duplicates, adoption and lost answers.',
        optional: true,
      },
    ),
    keep,
    clear: field.raw<string | null, { about: string; optional: true }>(
      { type: ['string', 'null'] },
      {
        about:
          'How a managed field without a value is sent in an update: null (default), a text such as an empty one, or `omit`. `$changed` holds it so.',
        optional: true,
      },
    ),
    begin: optionally(requestField(names.everywhere, 'A request once a run, before its first batch.')),
    end: optionally(requestField(names.everywhere, 'A request once a run, after its last batch.')),
    create: operation('Records that the target does not know.'),
    update: operation('Records that changed.'),
    missing: operation('Records that left.'),
    returned: operation('Records that came back.'),
    upsert: operation('Stands for create and update where the API tells them apart itself.'),
  },
  { about: 'Something that can be written: `sink: CONNECTOR.NAME`.' },
);

/** A compiled target. */
export type TargetRule = TypeOf<typeof targetField>;
export type OperationDocument = NonNullable<TargetRule['create']>;
export type ResultsRule = NonNullable<OperationDocument['results']>;
export type KeepRule = NonNullable<TargetRule['keep']>;
export type FindRule = NonNullable<TargetRule['find']>;
