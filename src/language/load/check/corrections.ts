import { writtenUse } from '../../compile/written-use.ts';
import { isMap } from '../load-workspace.ts';
import type { Checking, DocumentCheck } from './context.ts';
import type { FoundUse } from './pipeline.ts';

/** `corrections`: what comes back is a report, of rows of text that stand for themselves. */
export function checkCorrections({ catalogue }: Checking, check: DocumentCheck, sources: readonly FoundUse[]): void {
  const { value } = check.document;
  if (value.corrections === undefined) return;
  const tell = (message: string, fix: string, path: (string | number)[] = ['corrections']): void =>
    check.tell('CORRECTIONS_MISPLACED', path, message, fix, { at: 'key' });
  if (value.report === undefined)
    tell(
      'Corrections are import reports that come back, and the pipeline writes none.',
      'Add `report:`, or leave `corrections` out.',
    );
  if (isMap(value.record) && value.record.rows !== undefined)
    tell(
      'A corrected row comes back alone, and `record.rows` makes a record of all rows of its key.',
      'Leave `corrections` out: the next feed brings the whole person.',
    );
  const typed = sources.find(({ use }) => {
    const kind = writtenUse(use.words.format)?.kind;
    return kind === undefined || (Object.hasOwn(catalogue.formats, kind) && catalogue.formats[kind]?.cells !== 'text');
  });
  if (typed)
    tell(
      'Cells of a report are texts, and this pipeline reads values of other types as well, which would come back as texts.',
      'Leave `corrections` out, or read a format of texts (csv, fixed, xlsx).',
    );
  const use = writtenUse(value.corrections);
  if (!use || !isMap(use.options)) return;
  for (const word of ['pick', 'none', 'empty', 'manifest', 'ready'])
    if (use.options[word] !== undefined)
      tell(
        `Each corrected report is read once, and there may be none: \`${word}\` says nothing here.`,
        'Take it out.',
        ['corrections', use.kind, word],
      );
}
