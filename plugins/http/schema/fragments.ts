import { field, type TypeOf } from '#sdk';
import { names } from './names.ts';
import { requestField } from './request.ts';

/** `fragments:` beside `file`. */
export const fragmentsField = field.object(
  {
    size: field.size({ about: 'Bytes of a fragment at most; APIs often ask for a multiple.', examples: ['10MiB'] }),
    more: field.condition({
      about: 'Does the answer say that the server waits for more? Any other is the answer of the step.',
      names: names.writeAnswer,
      input: 'answer',
      examples: ['$status = 202'],
    }),
    from: field.reading({
      about:
        'The first byte that the server lacks: a number, or a text that begins with it, such as `26-`. What has no value is 0. Without this key an answer takes the whole fragment.',
      names: names.writeAnswer,
      input: 'answer',
      examples: ['received', 'nextExpectedRanges[0]'],
      optional: true,
    }),
    ask: {
      ...requestField(
        names.writeRequest,
        'Asks how far the server is, after a lost answer; `more` and `from` read its answer. Without it the step itself is made with `Content-Range: bytes */SIZE` and no body.',
      ),
      optional: true as const,
    },
  },
  {
    about:
      'The file is sent in fragments, each with `Content-Range`; requests see `$fragment.from`, `.to` and `.size`. After a lost answer the server is asked how far it is, and the rest is sent.',
    optional: true,
  },
);

export type FragmentsRule = TypeOf<typeof fragmentsField>;
