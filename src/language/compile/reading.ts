import { compileExpression, type Expression } from '../../expression/index.ts';

/** Compiles what may begin with `=` and keeps its value; a blank takes the place of the mark, so that offsets hold. */
export function compileReading(text: string): Expression {
  return Object.freeze({ ...compileExpression(text.replace(/^(\s*)=/, '$1 ')), text });
}
