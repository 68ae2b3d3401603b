import { randomUUID } from 'node:crypto';
import { declare } from './declare.ts';

export default declare({
  name: 'uuid',
  signature: '$uuid()',
  about:
    'A random UUID (version 4), another one in each call. Refused before `diff`, where it would change every record in every run.',
  example: { expression: '$uuid()', gives: '7d444840-9dc0-11d1-b245-5ffdce74fad2' },
  accepts: '<:s>',
  callsWithoutArgument: true,
  call: () => randomUUID(),
});
