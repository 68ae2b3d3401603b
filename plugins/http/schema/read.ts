import { field, type Fields, type TypeOf } from '#sdk';
import { cursorField } from './cursor.ts';
import { names } from './names.ts';
import { errorsField } from './errors.ts';
import { requestField } from './request.ts';

const inRequest = names.readRequest;
const inAnswer = names.readAnswer;

const key = field.reading({
  about: 'Presets the key of a pipeline that reads this. Records that repeat a key make the read incomplete.',
  examples: ['externalId'],
});

const next = field.object(
  {
    query: field.shape({
      about: 'Parameters that replace those of the request. A leaf without a value ends the read.',
      type: 'object',
      names: inAnswer,
      input: 'answer',
      optional: true,
    }),
    json: field.shape({
      about: 'Fields that are laid over those of the JSON body. A leaf without a value ends the read.',
      type: 'object',
      names: inAnswer,
      input: 'answer',
      optional: true,
    }),
    url: field.reading({
      about: 'The whole address of the next page; no value ends the read.',
      names: inAnswer,
      input: 'answer',
      examples: ['$links.next'],
      optional: true,
    }),
    while: field.condition({
      about:
        'The request is made anew with new `$page`, `$offset` and `$last` as long as this is true. An empty page ends the read.',
      names: inAnswer,
      input: 'answer',
      examples: ['$offset < total'],
      optional: true,
    }),
  },
  { about: 'How the next page is asked for, read from a page. Without it there is one page.', optional: true },
);

/** One entry of `read:`. */
export const readField = field.object(
  {
    about: field.text({ about: 'What it reads, for the manual.', optional: true }),
    with: field.raw<Fields, { about: string; optional: true }>(
      { type: 'object' },
      { about: 'JSON Schema of what a pipeline may pass; requests see it as `$with`.', optional: true },
    ),
    feed: field.choice(['full', 'changes'], {
      about: '`full`: who is not in it is missing. `changes`: absence means nothing. Presets the feed of a pipeline.',
      optional: true,
    }),
    key: field.either(key, field.list(key, { about: 'Several parts.' }), {
      about: 'Presets the key of a pipeline that reads this. Records that repeat a key make the read incomplete.',
      optional: true,
    }),
    for: field.object(
      {
        read: field.text({ about: 'Another read of this connector. All its records are read, as the API gives them.' }),
        concurrency: field.integer({
          about: 'Parents that are asked for at once.',
          minimum: 1,
          default: 4,
          optional: true,
        }),
      },
      {
        about:
          'Sub-resources: the request is made once for each record of another read, which it sees as `$parent`. The other read sees the same `$with`.',
        optional: true,
      },
    ),
    cursor: cursorField,
    gone: field.condition({ about: 'Presets the `gone` of a pipeline that reads this.', optional: true }),
    request: requestField(
      inRequest,
      'The request for a page; `$page` counts from 1, `$offset` is the number of records read.',
    ),
    format: field.raw<unknown, { about: string; optional: true }>(
      { $ref: '#/$defs/format' },
      {
        about:
          'The format of the answers, where it is not JSON: any of the catalogue, streamed. Without it `text/csv` and `application/x-ndjson` are read by their content type.',
        optional: true,
      },
    ),
    records: field.reading({
      about:
        'Where the records are in an answer; without it the answer itself. A path that finds nothing fails the run: write `items ?? []` for an API that leaves an empty list out. What is no list is one record.',
      names: inAnswer,
      input: 'answer',
      examples: ['data.items'],
      optional: true,
    }),
    next,
    total: field.reading({
      about: 'How many records there are. The read is complete only if so many came.',
      names: inAnswer,
      input: 'answer',
      optional: true,
    }),
    item: field.shape({
      about: 'The record under the names that `write` uses, where they differ.',
      type: 'object',
      names: names.readItem,
      optional: true,
    }),
    partial: field.boolean({
      about:
        'Only the properties that changed come. A pipeline over it has to read the whole record again by a `call`, before its `map`.',
      default: false,
      optional: true,
    }),
    errors: errorsField(inAnswer, { skips: true }),
  },
  { about: 'Something that can be read: `source: CONNECTOR.NAME`.' },
);

/** A compiled read. */
export type ReadRule = TypeOf<typeof readField>;
