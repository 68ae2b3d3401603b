import { field, type TypeOf } from '#sdk';

const meanings = ['retry', 'login', 'exists', 'done', 'empty', 'reject', 'fail', 'gone', 'stale'] as const;

/** In a read for each of many parents one of them may be left out. */
const readMeanings = [...meanings, 'skip'] as const;

/** What answers mean that are no success; `skips`: among them that a parent of a read is left out. */
export const errorsField = (names: readonly string[], { skips = false }: { skips?: boolean } = {}) =>
  field.list(
    field.object(
      {
        when: field.condition({
          about: 'Looks at the answer, or at the result of one record of a batch.',
          input: 'answer',
          names,
          examples: ["code = 'DUPLICATE'", '$status = 402'],
        }),
        is: field.choice((skips ? readMeanings : meanings) as typeof readMeanings, {
          about: [
            '`retry`: not done, asked for again (behind a 5xx: perhaps done).',
            '`login`: nothing was done, as the session is over: a new login, once, then the run fails (at once where the connector has no `login`).',
            '`exists`: the target has it already, so it is looked up and updated instead.',
            '`done`: counts as delivered.',
            '`empty`: there are no records.',
            '`reject`: the record is refused, or the whole batch.',
            '`fail`: the run fails.',
            '`gone`: the target no longer knows what was kept, so an update becomes a create.',
            '`stale`: what was kept is out of date, so it is looked up again, once.',
            ...(skips ? ['`skip`: the records of this parent can not be had, so the read is not complete.'] : []),
            `In a read everything but \`retry\`, \`login\` and ${skips ? '`empty`, and `skip` where it has `for`,' : '`empty`'} fails the run.`,
          ].join(' '),
        }),
        reason: field.reading({
          about: 'The sentence for the report. Values of the record and secrets are blanked in it.',
          input: 'answer',
          names,
          optional: true,
        }),
        other: field.reading({
          about:
            'Beside `exists`: how the target names the record that is in the way, by its key or id. It is named in the reject where that record is not ours.',
          input: 'answer',
          names,
          optional: true,
          examples: ['existingId'],
        }),
        after: field.reading({
          about: 'How long to wait before a retry: seconds, or a moment as in Retry-After.',
          input: 'answer',
          names,
          optional: true,
        }),
      },
      { about: 'One rule.' },
    ),
    {
      about:
        'Rules for answers; the first that matches wins, those of an operation come before those of `http`. Without a match the status decides: 408, 429 and 5xx are tried again, 401 is `login`, 404 and 410 are `gone` where an id is kept, other 4xx are rejects. A web page where JSON was promised fails the run.',
      optional: true,
    },
  );

/** A compiled rule. */
export type ErrorRule = TypeOf<ReturnType<typeof errorsField>>[number];
