import { createHmac } from 'node:crypto';
import { problem } from '../../model/problem.ts';
import { declare } from './declare.ts';

const algorithms = ['sha256', 'sha384', 'sha512', 'sha1', 'md5'];
const encodings = ['hex', 'base64', 'base64url'] as const;

export default declare({
  name: 'hmac',
  signature: "$hmac(algorithm, key, text, encoding = 'hex')",
  about: `The HMAC (RFC 2104) of a text under a key, both in UTF-8. Algorithms: ${algorithms.join(', ')}. Encodings: ${encodings.join(', ')}.`,
  example: {
    expression: "$hmac('sha256', 'key', 'The quick brown fox jumps over the lazy dog')",
    gives: 'f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8',
  },
  accepts: '<ssss?:s>',
  call(_context, algorithm, key, text, encoding = 'hex') {
    if (!algorithms.includes(algorithm as string)) {
      throw problem('EXPRESSION_FAILED', `$hmac does not know the algorithm; it knows ${algorithms.join(', ')}.`);
    }
    const known = encodings.find((name) => name === encoding);
    if (!known)
      throw problem('EXPRESSION_FAILED', `$hmac does not know the encoding; it knows ${encodings.join(', ')}.`);
    return createHmac(algorithm as string, key as string)
      .update(text as string, 'utf8')
      .digest(known);
  },
});
