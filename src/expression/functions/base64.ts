import { declare } from './declare.ts';

export default declare({
  name: 'base64',
  signature: '$base64(text)',
  about:
    "A text in base64 (RFC 4648), its bytes those of UTF-8: JSONata's own `$base64encode` takes Latin letters alone.",
  example: { expression: "$base64('Лена')", gives: '0JvQtdC90LA=' },
  accepts: '<s-:s>',
  call: (_context, text) => Buffer.from(text as string, 'utf8').toString('base64'),
});
