import { isMap } from '../load-workspace.ts';
import type { DocumentCheck } from './context.ts';
import type { FoundUse } from './pipeline.ts';

/** A list of sources: what is newer has something above it, and changes hold as long as the full file that they change. */
export function checkSources(check: DocumentCheck, sources: readonly FoundUse[]): void {
  for (const [index, source] of sources.entries()) {
    if (pickOf(source) === 'newer') checkNewer(check, source, sources[index - 1]);
    else checkForgotten(check, source, sources.slice(0, index));
  }
}

function checkNewer({ tell }: DocumentCheck, source: FoundUse, above: FoundUse | undefined): void {
  const options = [...source.path, source.use.kind];
  if (!above?.entry.takesFormat) {
    const message = `\`pick: newer\` means newer than the file of the source above, and ${above ? `\`${above.use.kind}\` above it reads no files` : 'no source is above it'}.`;
    const fix = 'Write `source:` as a list: first the full file, then what is newer; or pick otherwise.';
    tell('NEWER_WITHOUT_BASE', [...options, 'pick'], message, fix);
  }
  if (!isMap(source.use.options) || source.use.options.then === undefined) return;
  const message =
    '`pick: newer` leaves its files where they are: the next run wants them again, until a newer full file comes.';
  tell('NEWER_WITHOUT_BASE', [...options, 'then'], message, 'Take `then` out.', { at: 'key' });
}

/** Read in one run and not in the next, changes would be undone by the full file that is read again. */
function checkForgotten({ tell }: DocumentCheck, source: FoundUse, above: readonly FoundUse[]): void {
  if (!isReadOnce(source) || feedOf(source) === 'full') return;
  const stays = above.find((one) => feedOf(one) === 'full' && !isReadOnce(one));
  if (!stays) return;
  const message = `The source above is read in every run, and these changes in one: the run after would undo them.`;
  const fix = 'Write `pick: newer` without `then`, or read the full one only once as well (`then: …`).';
  tell('CHANGES_FORGOTTEN', [...source.path, source.use.kind], message, fix, { at: 'key' });
}

const feedOf = ({ use, entry }: FoundUse): unknown => use.words.feed ?? entry.feed;

const pickOf = ({ use }: FoundUse): unknown => (isMap(use.options) ? use.options.pick : undefined);

/** A cursor reads on, and a file that was put away or taken note of is not read again. */
const isReadOnce = (source: FoundUse): boolean =>
  source.entry.hasCursor === true ||
  pickOf(source) === 'new' ||
  (source.entry.takesFormat === true && isMap(source.use.options) && source.use.options.then !== undefined);
