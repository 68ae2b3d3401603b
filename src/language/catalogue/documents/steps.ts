import type { Schema } from '../../../connect/sdk/index.ts';
import { field } from '../../../connect/sdk/index.ts';
import type { KindEntry } from '../catalogue.ts';
import { recordSteps } from './record-steps.ts';
import { namePattern, textsField } from './shared.ts';

const described = (schema: Schema, about: string, more: Schema = {}): Schema => ({
  ...schema,
  ...more,
  description: about,
});

const shape = field.shape({
  about: '',
  type: 'object',
  input: 'record',
  examples: [{ email: '=$lowercase(email)' }],
}).schema;

const filterAbout =
  'Lets only those records through for which the JSONata condition is true. Who is filtered was seen, and so is never missing.';
const mapAbout =
  'Makes a new record out of the old one: a leaf that begins with `=` is a JSONata expression, any other leaf is a constant. A field named here is managed: no value clears it at the target.';
const setAbout =
  'Adds fields to the record, or replaces them; all others stay. A leaf that comes to nothing leaves the old value. What is set after `diff` is not compared, and is made only for records that are sent.';
const validateAbout =
  'Checks the record by JSON Schema, and fields that must be unique within the run. A record that fails is rejected with the reason, and the others go on.';
const callAbout =
  'Does one operation of a connector for each record; beside it `as` names the answer, read as `$name`. An operation that only asks (GET) may stand before the diff, and a plan makes it too. One that writes stands after the diff, or in a pipeline without one: it is made for records to be sent only, and never in a plan. What was not committed is repeated, so it must be safe to repeat. A refusal rejects the record.';
const lookupAbout =
  'Gives each record what another source says of a key, such as the mail address of a manager: `as` names the record that was found. Nothing of that source is consumed. Where it can not be read whole the run fails; a key that several different records have rejects.';
/** About `from`, for this schema and for that of a workspace with connectors. */
export const lookupFromAbout =
  'Where it is looked up: a source as beside `source:`, or a read of a connector. Its records stand as they were read, without `record:`.';
const diffAbout =
  'Compares with what was last delivered and says for each record: create, update, unchanged, missing or returned. Nothing is written before everything is read and the guards have been judged.';

/** About `against`, for this schema and for that of a workspace with connectors. */
export const againstAbout =
  "A read of the target's own list, under the field names of the target. Who stands there and is not known yet is adopted, and not created; who was changed there is brought back to what the feed says; who is there no more is created again; who is only there is never touched. Only fields that the pipeline maps are compared, lists in any order. A list that was not read whole changes nothing in that run.";

const validate = field.object(
  {
    required: field.raw<string[], { about: string; optional: true; examples: unknown[] }>(
      { type: 'array', items: { type: 'string', minLength: 1 }, uniqueItems: true },
      { about: 'Fields that must have a value.', optional: true, examples: [['lastName']] },
    ),
    properties: field.raw<Record<string, unknown>, { about: string; optional: true; examples: unknown[] }>(
      { type: 'object', additionalProperties: { type: ['object', 'boolean'] } },
      {
        about: 'JSON Schema (2020-12) of fields, by name.',
        optional: true,
        examples: [{ email: { type: 'string', format: 'email' } }],
      },
    ),
    unique: textsField(
      'Fields whose value may occur only once in a run. The first row is let through, a later one is rejected with both lines named.',
      [['email']],
    ),
  },
  { about: validateAbout },
);

const guardShare = (about: string) => field.share({ about, optional: true, examples: ['5%', 20] });

const guard = field.object(
  {
    missing: guardShare(
      'How many of the active people may be missing from the feed, as a share or a count. Counted before grace, so that a broken feed is noticed in the first night.',
    ),
    leaves: guardShare('How many of the active people may be in the feed and filtered out now, as a share or a count.'),
    update: guardShare('How many of the active people may change, as a share or a count.'),
    create: guardShare('How many records of the feed may be new, as a share or a count.'),
    floor: field.integer({
      about:
        'Up to so many changes of an operation are never stopped, whatever their share is. It keeps small departments from being guarded every night.',
      minimum: 0,
      default: 0,
      optional: true,
      examples: [20],
    }),
    then: field.choice(['hold', 'stop'], {
      about:
        'What an exceeded guard does: `hold` holds only that operation and lets the rest through, `stop` writes nothing at all.',
      default: 'hold',
      optional: true,
    }),
  },
  {
    about:
      'Bounds that a person must lift when a run would exceed them, with `portolan run --accept HASH`. A run that exceeds one ends guarded, and its file stays where it was.',
    optional: true,
    examples: [{ missing: '5%', leaves: '5%', update: '50%', floor: 20 }],
  },
);

const missing = field.raw<unknown, { about: string; optional: true }>(
  {
    type: ['string', 'object'],
    pattern: '^ignore$',
    properties: {
      after: {
        type: 'string',
        pattern: '^\\d+\\s*(feeds?|days?)$',
        description:
          'Grace before somebody who is absent is missing at the target, in days or in distinct complete feeds. The same file read twice is one feed.',
        examples: ['2 days', '3 feeds'],
      },
    },
    required: ['after'],
    additionalProperties: false,
    examples: ['ignore', { after: '2 days' }],
  },
  {
    about:
      'What absence from a complete full feed means. Without it somebody is missing with the first feed that lacks them; `ignore` says that absence means nothing.',
    optional: true,
  },
);

const call = field.raw<unknown, { about: string; examples: unknown[] }>(
  {
    type: 'object',
    // Where connectors declare operations, those stand here instead.
    propertyNames: { pattern: '^[a-z][a-z0-9_-]*\\.[a-z]' },
    additionalProperties: shape,
    minProperties: 1,
    maxProperties: 1,
  },
  { about: callAbout, examples: [{ 'acme.access.grant': { id: '=id' } }] },
);

const against = field.raw<unknown, { about: string; optional: true }>(
  {
    type: ['string', 'object'],
    // Where connectors declare reads, those stand here instead.
    pattern: '^[a-z][a-z0-9_-]*\\.[a-z]',
    propertyNames: { pattern: '^([a-z][a-z0-9_-]*\\.[a-z]|connection$)' },
    examples: ['acme.users'],
  },
  { about: againstAbout, optional: true },
);

const lookup = field.object(
  {
    from: field.raw<unknown, { about: string; examples: unknown[] }>(
      { type: ['string', 'object'] },
      { about: lookupFromAbout, examples: [{ file: { path: 'managers.csv' }, format: 'csv' }] },
    ),
    key: field.reading({
      about: 'What names a record of `from`, as a JSONata expression over it.',
      input: 'none',
      examples: ['tab_no'],
    }),
    by: field.reading({
      about: 'The `key` that is looked for, as a JSONata expression over the record; without a value nothing is.',
      input: 'record',
      examples: ['manager_no'],
    }),
    batch: field.integer({
      about:
        'How many keys are asked for at once, where `from` is a read that takes them as `$wanted`. Each is asked for once in a run. Without it `from` is read whole, once.',
      minimum: 1,
      maximum: 10_000,
      optional: true,
      examples: [50],
    }),
    unknown: field.choice(['reject', 'absent'], {
      about: 'What becomes of a record whose key nobody has: it is rejected, or goes on without the name.',
      default: 'reject',
      optional: true,
    }),
  },
  { about: lookupAbout },
);

const diff = field.object(
  {
    snapshot: field.text({
      about:
        'Name of the snapshot that is compared with. Pipelines that name the same one share its people and never run at the same time. Default: the name of the pipeline.',
      pattern: namePattern,
      optional: true,
      examples: ['employees'],
    }),
    match: textsField(
      'Fields of the record by which a key that is not known is taken for a known person whose own key is not in the feed: a rehire, a new number. They are updated, or returned where they were gone, and never created; the old key is not missing. The first field that finds anybody decides. Where two people or two new keys are meant all are rejected, and a person decides.',
      [['email'], ['externalId', 'email']],
    ),
    against,
    missing,
    leaves: field.choice(['keep', 'missing'], {
      about:
        'What becomes of somebody who is in the feed, but is filtered out now: `keep` leaves them alone, `missing` treats them as missing.',
      default: 'keep',
      optional: true,
    }),
    protect: field.condition({
      about:
        'People for whom this JSONata condition over the last delivered record is true are never missing at the target. The report says how many were spared.',
      input: 'record',
      optional: true,
      examples: ["externalId in $table('admins')"],
    }),
    guard,
  },
  { about: diffAbout },
);

/** The kinds of steps. */
export const steps: Readonly<Record<string, KindEntry>> = Object.freeze({
  filter: {
    name: 'filter',
    summary: filterAbout,
    options: field.condition({
      about: filterAbout,
      input: 'record',
      examples: ["department in ['Sales', 'Retail']"],
    }).schema,
  },
  map: { name: 'map', summary: mapAbout, options: described(shape, mapAbout, { minProperties: 1 }) },
  set: { name: 'set', summary: setAbout, options: described(shape, setAbout, { minProperties: 1 }) },
  validate: {
    name: 'validate',
    summary: validateAbout,
    options: described(validate.schema, validateAbout, {
      minProperties: 1,
      examples: [{ required: ['lastName'], unique: ['email'] }],
    }),
  },
  ...recordSteps,
  lookup: {
    name: 'lookup',
    summary: lookupAbout,
    options: described(lookup.schema, lookupAbout, {
      examples: [{ from: { file: { path: 'managers.csv' }, format: 'csv' }, key: 'tab_no', by: 'manager_no' }],
    }),
  },
  call: { name: 'call', summary: callAbout, options: call.schema },
  diff: {
    name: 'diff',
    summary: diffAbout,
    options: described(diff.schema, diffAbout, {
      examples: [{ missing: { after: '2 days' }, guard: { missing: '5%', floor: 20 } }],
    }),
  },
});

/** Words that may stand beside each step. */
export const wordsOfSteps: Readonly<Record<string, readonly string[]>> = Object.freeze({
  filter: ['only', 'when'],
  map: ['only', 'when', 'as'],
  set: ['only', 'when', 'as'],
  validate: ['only', 'when', 'as'],
  operation: ['when'],
  dedupe: ['when'],
  mask: ['when'],
  split: [],
  sort: [],
  hold: ['when'],
  lookup: ['only', 'when', 'as'],
  call: ['connection', 'only', 'when', 'as'],
  diff: [],
});
