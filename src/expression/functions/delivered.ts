import { problem } from '../../model/problem.ts';
import { whenReady } from '../settle.ts';
import { declare } from './declare.ts';

export default declare({
  name: 'delivered',
  signature: '$delivered(pipeline, key)',
  about:
    "The target's id of what another pipeline delivered under that key, out of its snapshot. What is not there yet rejects the record as a link error, and it is tried again in every run; an absent key stays absent.",
  example: { expression: "$delivered('departments', department_code)", gives: 'the id at the target' },
  accepts: '<s(sn):x>',
  call({ env }, pipeline, key) {
    if (key === undefined) return undefined;
    return whenReady<unknown, unknown>(env.delivered?.(pipeline as string, String(key)), (id) => {
      if (id !== undefined && id !== null) return id;
      throw problem(
        'LINK_NOT_DELIVERED',
        `What this record points to was not delivered by \`${pipeline as string}\` yet.`,
        {
          fix: 'It is tried again in every run; look there if it stays.',
        },
      );
    });
  },
});
