import { problem } from '../../model/problem.ts';
import { declare } from './declare.ts';

export default declare({
  name: 'password',
  signature: '$password(length)',
  about:
    'A password of 8 to 128 characters. It is derived from the record and the workspace key, so that a repeated request carries the same one; it is never stored, logged or shown. Works only after `diff`.',
  example: { expression: '$password(12)', gives: 'a text of 12 characters' },
  accepts: '<n:s>',
  call({ env, scope }, length) {
    if (!Number.isInteger(length) || (length as number) < 8 || (length as number) > 128) {
      throw problem('EXPRESSION_FAILED', '$password needs a whole number of characters between 8 and 128.');
    }
    if (!env.password) {
      throw problem('PASSWORD_UNAVAILABLE', '$password cannot be used here: no record is about to be sent.', {
        fix: 'Use it in a `set` step after `diff`.',
      });
    }
    return env.password(length as number, scope);
  },
});
