import { writtenUse } from '../../compile/written-use.ts';
import type { WrittenStep } from '../../compile/steps.ts';
import { isMap } from '../load-workspace.ts';
import type { Checking, DocumentCheck } from './context.ts';
import type { FoundUse } from './pipeline.ts';

/** `format: file`: files come from a source of them, go into a sink by a name, and are no form of a report. */
export function checkFiles(
  { catalogue }: Checking,
  { tell }: DocumentCheck,
  { sources, sinks, reports }: Record<'sources' | 'sinks' | 'reports', readonly FoundUse[]>,
  steps: readonly WrittenStep[],
): void {
  const attaches = ({ use }: FoundUse): boolean => {
    const kind = writtenUse(use.words.format)?.kind;
    return kind !== undefined && Object.hasOwn(catalogue.formats, kind) && catalogue.formats[kind]?.attaches === true;
  };
  const haveFiles = sources.some(attaches);
  for (const { path } of steps.filter(({ kind }) => haveFiles && kind === 'hold')) {
    const message = '`hold` keeps what stands in a row, and the file of a record may be gone when its date comes.';
    tell('STEP_MISPLACED', [...path, 'hold'], message, 'Leave the `hold` out.', { at: 'key' });
  }
  for (const sink of sinks) {
    const named = isMap(sink.use.options) && sink.entry.takesFormat && sink.use.options.name !== undefined;
    if (attaches(sink) && !haveFiles) {
      const message = 'This sink writes the file of each record, and no source of the pipeline has `format: file`.';
      const fix = 'Write `format: file` beside the source, or a format of records such as csv here.';
      tell('FORMAT_WITHOUT_FILE', [...sink.path, 'format'], message, fix);
    } else if (named && !attaches(sink)) {
      const message = '`name` is the name of each file, and this sink writes all records into one.';
      const fix = 'Write the whole path as `path`, or `format: file` beside the sink.';
      tell('FORMAT_WITHOUT_FILE', [...sink.path, sink.use.kind, 'name'], message, fix, { at: 'key' });
    }
  }
  for (const report of reports.filter(attaches)) {
    const message = 'A report is a list of rows, and `format: file` writes files as they are.';
    tell('FORMAT_WITHOUT_FILE', [...report.path, 'format'], message, 'Write `format: csv`.');
  }
}
