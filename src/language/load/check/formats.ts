import { isProblem } from '../../../model/problem.ts';
import type { Code } from '../../../model/codes.ts';
import type { KindEntry } from '../../catalogue/catalogue.ts';
import { writtenUse } from '../../compile/written-use.ts';
import { isMap } from '../load-workspace.ts';
import type { Checking, DocumentCheck } from './context.ts';
import type { FoundUse } from './pipeline.ts';

/** `format:` beside a source, sink or report: what its options say together, and whether it can be read or written so. */
export function checkFormats(checking: Checking, check: DocumentCheck, uses: readonly FoundUse[]): void {
  for (const { use, path } of uses) {
    const at = [...path, 'format'];
    const format = writtenUse(use.words.format);
    const entry = format && checking.catalogue.formats[format.kind];
    if (!format || !entry?.check || check.isDoubtful(at) || lacksOption(format.options, entry)) continue;
    try {
      entry.check(format.options, path[0] === 'source' || path[0] === 'steps' ? 'read' : 'write');
    } catch (error) {
      if (!isProblem(error)) throw error;
      const place = format.key === undefined ? at : [...at, format.key];
      check.tell(error.code as Code, place, error.message, error.fix);
    }
  }
}

/** Told by the schema. */
const lacksOption = (options: unknown, { options: { required } }: KindEntry): boolean =>
  Array.isArray(required) && required.some((name) => !(isMap(options) && Object.hasOwn(options, String(name))));
