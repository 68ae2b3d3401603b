import { field, type TypeOf } from '#sdk';
import { names } from './names.ts';

const verify = field.condition({
  about:
    'True of a request that really comes from the other side; all others are answered 401. Compare with `$same`, which takes as long whatever differs. `none`: anybody may write into this inbox, for an address that nobody outside reaches.',
  names: names.inbound,
  input: 'answer',
  examples: ['$same($headers.`x-key`, $connection.token)'],
});

/** One entry of `receive:`. */
export const receiveField = field.object(
  {
    about: field.text({ about: 'What comes in, for the manual.', optional: true }),
    verify,
    id: field.reading({
      about:
        'What a repeat of an event is recognised by, for three days; a repeat is answered 200 and dropped. Without it, or where it has no value, the whole body is: two events with the very same body are one then, so name an id where bodies carry no moment or number of their own.',
      names: names.inbound,
      input: 'answer',
      examples: ['$headers.`x-delivery`'],
      optional: true,
    }),
    records: field.reading({
      about:
        'Where the records are in the body; without it the body itself. What is no list is one record; no value, or an empty list, is none. It is read when a pipeline runs, so a correction holds for what waits.',
      names: names.inboundBody,
      input: 'answer',
      examples: ['events'],
      optional: true,
    }),
    size: field.size({
      about: 'The longest body that is taken; a longer one is answered 413.',
      default: '1MB',
      optional: true,
    }),
  },
  {
    about:
      'Events of one kind: what the other side posts to `/receive/CONNECTION/NAME`. Bodies are JSON, forms with nested brackets, or text. `$headers` has the headers, names in lower case; `$request` has `method`, `path`, `query` and `body`, the text as it came, for signatures over it.',
  },
);

/** Compiled. */
export type ReceiveRule = TypeOf<typeof receiveField>;
