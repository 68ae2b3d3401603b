import { problem } from '../../model/problem.ts';
import { dateLanguages, formatDate, type DateLanguage } from '../text/format-date.ts';
import { declare } from './declare.ts';

export default declare({
  name: 'dateFormat',
  signature: '$dateFormat(value, picture, language)',
  about:
    "Writes a date or a moment by a picture of YYYY, YY, MMMM, MMM, MM, M, DD, D, HH, H, mm, ss, SSS; other letters stand in [brackets]; `odata` writes the form of OData 2. Moments are shown in the pipeline's zone. Month names in `ru` or `en`; left out, in the workspace's language.",
  example: { expression: "$dateFormat('2026-11-24', 'D MMMM YYYY г.', 'ru')", gives: '24 ноября 2026 г.' },
  accepts: '<(sn)ss?:s>',
  call({ env }, value, picture, language = env.language ?? 'en') {
    if (!dateLanguages.includes(language as DateLanguage)) {
      throw problem(
        'EXPRESSION_FAILED',
        `$dateFormat does not know the language; it knows ${dateLanguages.join(', ')}.`,
      );
    }
    return formatDate(value as string | number, picture as string, language as DateLanguage, env.timezone);
  },
});
