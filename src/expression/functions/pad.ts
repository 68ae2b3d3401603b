import { problem } from '../../model/problem.ts';
import { limits } from '../limits.ts';
import { declare } from './declare.ts';

/** JSONata's own, with a limit: its text grows as wide as it is told, whatever memory there is. */
export default declare({
  name: 'pad',
  signature: "$pad(text, width, filling = ' ')",
  about: `JSONata's own: fills a text up to a width, to the right, or to the left where the width is negative. At most ${limits.textLength} characters.`,
  example: { expression: "$pad('7', -3, '0')", gives: '007' },
  accepts: '<s-ns?:s>',
  call(_context, text, width, filling) {
    if (Math.abs(width as number) > limits.textLength) {
      throw problem('EXPRESSION_FAILED', `$pad was asked for more than ${limits.textLength} characters.`);
    }
    return pad(text as string, width as number, (filling as string | undefined) || ' ');
  },
});

function pad(text: string, width: number, filling: string): string {
  const missing = Math.trunc(Math.abs(width)) - [...text].length;
  if (!(missing > 0)) return text;
  const characters = [...filling];
  const added = Array.from({ length: missing }, (_, at) => characters[at % characters.length]).join('');
  return width > 0 ? text + added : added + text;
}
