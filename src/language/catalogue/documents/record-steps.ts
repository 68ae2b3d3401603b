import { field } from '../../../connect/sdk/index.ts';
import type { KindEntry } from '../catalogue.ts';

const operationAbout =
  'Says what is to be done with each record, where a change feed says it itself: the JSONata expression comes to `create`, `update`, `missing`, `returned` or `upsert`, and anything else rejects the record. For pipelines without a `diff`, which says it better. `validate` compares the constants between which the expression chooses with what the target can do.';

const dedupeAbout =
  'Lets the first record through of all that have the same value, and takes the later ones out as duplicates: they were seen, are never missing, and leave alone what was delivered of them. A JSONata expression, or a list of them that must all be equal. A record for which one has no value goes through.';

const maskAbout =
  'Takes personal values out of the record, for a sink that is to have the rest: by the field `token` (32 hex digits made with the workspace key: the same value has the same token, and nobody without the key can go back), `initial` (its first letter and `***`) or `none` (the field goes). A list of fields stands for `token`. Lists and maps are masked value by value. It stands before the `diff`, so that snapshot and comparison hold what is masked as well; an import report shows `***` for the columns that the fields are made of.';

const splitAbout =
  'Makes one record of each part of a list, such as one for each membership of a person. Its key is that of the record and of the part, so that a diff behind it creates what was added and finds what is missing. A record that is filtered out before it, or rejected, keeps all that it had; one that is `gone` loses it at once. It stands before the `diff`.';

const split = field.object(
  {
    each: field.reading({
      about:
        'The list, as a JSONata expression. A single value is a list of one; without a value the record has no parts. Where it is a field, that field is not in the new records, so that one part says nothing of the others.',
      input: 'record',
      examples: ['groups'],
    }),
    into: field.text({ about: 'Field of the new records that holds the part.', examples: ['group'] }),
    by: field.reading({
      about:
        'What tells parts of one record apart, as a JSONata expression over the part. Default: the part itself, which must then be a text or a number.',
      input: 'none',
      optional: true,
      examples: ['code'],
    }),
  },
  { about: splitAbout },
);

const sortAbout =
  'Sends parents before their children, level by level, and who goes after all others, children first. Nothing is sent before everything is read. A parent who is not among the records, or who is the record itself, makes it the top of a tree. Records whose parents lead back to themselves are rejected with the lines of the cycle. It stands right before the `diff`; in a pipeline without one it comes behind all that says what a record is, and of a key that comes again only the last record is sent.';

const sort = field.object(
  {
    key: field.reading({
      about: 'By what others name the record, as a JSONata expression.',
      input: 'record',
      examples: ['code'],
    }),
    parent: field.reading({
      about: 'The `key` of the record that stands above it, as a JSONata expression; without a value nobody does.',
      input: 'record',
      examples: ['parent_code'],
    }),
  },
  { about: sortAbout },
);

const holdAbout =
  'Lets a record through only when its date has come: a change that HR enters ahead, such as a transfer of next month. Until then the record waits, sealed, and who it is about is left as they are and never missing. It goes on in the first run after that, also in one whose source has nothing new, unless a newer record of the same key came meanwhile; a complete full feed without the key withdraws it. Without a value, or with one that is past, a record goes through.';

const holdOptions = field.object(
  {
    until: field.reading({
      about:
        'The date (from its midnight in the time zone of the workspace) or moment, as a JSONata expression. Anything else rejects the record.',
      input: 'record',
      examples: ['valid_from'],
    }),
  },
  { about: holdAbout },
);

/** Steps that say what a record is: what is to be done with it, of which records there is one, when it holds, and which comes first. */
export const recordSteps: Readonly<Record<string, KindEntry>> = Object.freeze({
  operation: {
    name: 'operation',
    summary: operationAbout,
    options: field.reading({
      about: operationAbout,
      input: 'record',
      examples: ["deleted ? 'missing' : 'upsert'"],
    }).schema,
  },
  dedupe: {
    name: 'dedupe',
    summary: dedupeAbout,
    options: {
      type: ['string', 'array'],
      items: { type: 'string', minLength: 1, 'x-portolan': { as: 'expression', input: 'record' } },
      minItems: 1,
      'x-portolan': { as: 'expression', input: 'record' },
      description: dedupeAbout,
      examples: ['$lowercase(email)', ['last_name', 'born']],
    },
  },
  mask: {
    name: 'mask',
    summary: maskAbout,
    options: {
      type: ['array', 'object'],
      items: { type: 'string', minLength: 1 },
      minItems: 1,
      uniqueItems: true,
      additionalProperties: { enum: ['token', 'initial', 'none'] },
      minProperties: 1,
      description: maskAbout,
      examples: [['email'], { lastName: 'initial', email: 'token', phone: 'none' }],
    },
  },
  split: {
    name: 'split',
    summary: splitAbout,
    options: { ...split.schema, description: splitAbout, examples: [{ each: 'groups', into: 'group' }] },
  },
  hold: {
    name: 'hold',
    summary: holdAbout,
    options: { ...holdOptions.schema, description: holdAbout, examples: [{ until: 'valid_from' }] },
  },
  sort: {
    name: 'sort',
    summary: sortAbout,
    options: { ...sort.schema, description: sortAbout, examples: [{ key: 'code', parent: 'parent_code' }] },
  },
});
