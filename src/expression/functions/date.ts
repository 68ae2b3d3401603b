import { parseDate } from '../text/dates.ts';
import { declare } from './declare.ts';

export default declare({
  name: 'date',
  signature: '$date(text, format, …)',
  about:
    'Reads a date in the first of up to five formats that fits: pictures such as DD.MM.YYYY or DD.MM.YYYY HH:mm, `iso`, `serial` (day number of a spreadsheet), `unix`, `unixms`, `odata`; without a format `iso`. A date becomes 2026-11-24, a time becomes UTC. A day that does not exist rejects the record.',
  example: { expression: "$date('24.11.2026', 'DD.MM.YYYY')", gives: '2026-11-24' },
  accepts: '<(sn)(sa)?(sa)?(sa)?(sa)?(sa)?:s>',
  call({ env }, text, ...formats) {
    const given = formats.flat().filter((format) => typeof format === 'string');
    return parseDate(text as string | number, given.length > 0 ? given : 'iso', env.timezone);
  },
});
