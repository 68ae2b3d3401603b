import { field, type Expression } from '#sdk';
import { names } from './names.ts';
import { oneKind } from './one-kind.ts';

const words = {
  format: field.text({
    about:
      'How the API writes the moment, in records and in requests: `iso`, `unix` (seconds), `unixms`, or a picture such as `YYYY-MM-DD HH:mm:ss`, read and written as clocks in the workspace’s zone show it.',
    default: 'iso',
    optional: true,
  }),
  order: field.choice(['ascending', 'none'], {
    about:
      '`ascending`: records come by this moment, so the cursor of a pipeline that streams moves with every batch. `none`: it moves at the end of the read only.',
    default: 'none',
    optional: true,
  }),
  lookBack: field.duration({
    about:
      'The next read begins so long before the highest moment: for records that the API shows late. What is read again is recognised by its key.',
    optional: true,
  }),
  step: field.duration({
    about: 'Reads window by window, each so long, from `$since` to `$until`. It needs `start`.',
    optional: true,
  }),
  start: field.text({
    about: 'Where the first read begins; without it that one reads everything.',
    pattern: '^\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}(:\\d{2}(\\.\\d+)?)?(Z|[+-]\\d{2}:\\d{2})?)?$',
    examples: ['2020-01-01T00:00:00Z'],
    optional: true,
  }),
  expired: field.condition({
    about:
      'The API no longer knows where the last read ended: everything is read anew. It is asked of the first answer only.',
    names: names.readAnswer,
    input: 'answer',
    examples: ['$status = 410'],
    optional: true,
  }),
};

/** A compiled `cursor:`; exactly one of the first three is there. */
export interface CursorRule {
  field?: Expression;
  token?: Expression;
  url?: Expression;
  format?: string;
  order?: 'ascending' | 'none';
  /** Milliseconds. */
  lookBack?: number;
  /** Milliseconds. */
  step?: number;
  /** A date, or ISO 8601. */
  start?: string;
  expired?: Expression;
}

const kinds = oneKind(
  {
    field: field.reading({
      about:
        'The moment of a change, in each record as the API gives it. The next read asks for what is newer: `$since`.',
      names: names.readItem,
      examples: ['changed_at'],
    }),
    token: field.reading({
      about: 'A mark in the last page, which the next read gives back as `$since`.',
      names: names.readAnswer,
      input: 'answer',
      examples: ['meta.syncToken'],
    }),
    url: field.reading({
      about: 'An address in the last page, with which the next read begins in place of `request`.',
      names: names.readAnswer,
      input: 'answer',
      examples: ['`@odata.deltaLink`'],
    }),
  },
  words,
  {
    field: ['format', 'order', 'lookBack', 'step', 'start', 'expired'],
    token: ['expired'],
    url: ['expired'],
  },
  { about: 'One of three.' },
);

/** `cursor:` of a read. */
export const cursorField = field.raw<CursorRule, { about: string; optional: true }>(kinds.schema, {
  about:
    'Reads only what is new: how far was read is remembered when everything read is settled. A plan, a run with `--limit` and a guarded run remember nothing.',
  optional: true,
});
