import { field, limitWords, type Field, type TypeOf } from '#sdk';
import { names } from './names.ts';

const declared = field.object(
  {
    ...limitWords,
    only: field.list(field.text({ about: 'Name of a read, a target or an operation.' }), {
      about: 'Of these reads, targets and operations alone. Without it of all requests.',
      minItems: 1,
      optional: true,
      examples: [['search']],
    }),
    remaining: field.reading({
      about: 'How many requests are left, as an answer says; when none is, nobody asks before `reset`.',
      names: names.limitAnswer,
      input: 'none',
      examples: ['$headers.`x-ratelimit-remaining`'],
      optional: true,
    }),
    reset: field.reading({
      about: 'When there are new ones: seconds from now, seconds or milliseconds since 1970, or a date.',
      names: names.limitAnswer,
      input: 'none',
      examples: ['$headers.`x-ratelimit-reset`'],
      optional: true,
    }),
  },
  { about: 'One limit.' },
);

/** A compiled limit. */
export type ApiLimit = TypeOf<typeof declared>;

/** One limit of an API. */
export const apiLimitField: Field<ApiLimit> = Object.freeze({
  ...declared,
  schema: {
    ...declared.schema,
    dependentRequired: { burst: ['rate'], remaining: ['reset'], reset: ['remaining'] },
    anyOf: [{ required: ['rate'] }, { required: ['concurrency'] }, { required: ['remaining'] }],
  },
});
