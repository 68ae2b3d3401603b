import { createHash, timingSafeEqual } from 'node:crypto';
import { declare } from './declare.ts';

const digest = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();

export default declare({
  name: 'same',
  signature: '$same(one, other)',
  about:
    'Are two texts the same? It takes as long whatever differs, so that a secret can not be guessed letter by letter. Where one has no value, false.',
  example: { expression: "$same('key', 'key') ? 'let in' : 'refused'", gives: 'let in' },
  accepts: '<x?x?:b>',
  callsWithoutArgument: true,
  call(_context, one, other) {
    if (typeof one !== 'string' || typeof other !== 'string') return false;
    // Of equal length by their hashes, which timingSafeEqual asks for.
    return timingSafeEqual(digest(one), digest(other));
  },
});
