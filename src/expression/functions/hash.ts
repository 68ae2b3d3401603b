import { createHash } from 'node:crypto';
import { problem } from '../../model/problem.ts';
import { declare } from './declare.ts';

const algorithms = ['sha256', 'sha384', 'sha512', 'sha1', 'md5'];

export default declare({
  name: 'hash',
  signature: "$hash(text, algorithm = 'sha256')",
  about: `The hash of a text in UTF-8, as hexadecimal digits. Algorithms: ${algorithms.join(', ')}. A hash of personal data can be guessed and is still personal.`,
  example: {
    expression: "$hash('abc')",
    gives: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  },
  accepts: '<s-s?:s>',
  call(_context, text, algorithm = 'sha256') {
    if (!algorithms.includes(algorithm as string)) {
      throw problem('EXPRESSION_FAILED', `$hash does not know the algorithm; it knows ${algorithms.join(', ')}.`);
    }
    return createHash(algorithm as string)
      .update(text as string, 'utf8')
      .digest('hex');
  },
});
