import { writtenSteps } from '../../compile/steps.ts';
import { isMap, type LoadedDocument } from '../load-workspace.ts';
import type { Checking, DocumentCheck } from './context.ts';

/** `was:` names what is no longer there, and no two pipelines take over the same state. */
export function checkWas({ loaded, pipelines }: Checking, { document, tell }: DocumentCheck): void {
  const { was } = document.value;
  if (typeof was !== 'string') return;
  if (pipelines.includes(was)) {
    const message =
      was === document.name
        ? `\`was: ${was}\` is the name that the pipeline has.`
        : `\`was: ${was}\` names a pipeline that is still there, and its state is its own.`;
    tell('WAS_EXISTS', ['was'], message, 'Write the name that this pipeline had before, or take `was:` out.');
    return;
  }
  const [first] = loaded.documents.filter(({ kind, value }) => kind === 'pipeline' && value.was === was);
  if (first === undefined || first === document) return;
  const message = `\`was: ${was}\` stands in ${first.file} as well, and one state has one heir.`;
  tell('WAS_EXISTS', ['was'], message, 'Take it out of one of them.');
}

/** Of pipelines that share a snapshot at most one looks for the missing: the others' people are not its own (S19). */
export function checkSharedSnapshot({ loaded }: Checking, { document, tell }: DocumentCheck): void {
  const own = snapshotOf(document);
  if (!own?.looksForMissing) return;
  const others = loaded.documents.filter((each) => each.kind === 'pipeline' && each.name !== document.name);
  const other = others.find((each) => {
    const theirs = snapshotOf(each);
    return theirs?.name === own.name && theirs.looksForMissing;
  });
  // Told once, at the one that names the other's snapshot, or at the later one.
  const isTold =
    own.isWritten && (!other || !snapshotOf(other)?.isWritten || isLater(loaded.documents, document, other));
  if (!other || !isTold) return;
  const message = `The snapshot "${own.name}" is shared with ${other.name}, and both look for the missing: each would block the other's people.`;
  tell('SNAPSHOT_SHARED', own.path, message, 'Write `missing: ignore` in the diff of one of them.');
}

const isLater = (documents: readonly LoadedDocument[], document: LoadedDocument, other: LoadedDocument): boolean =>
  documents.indexOf(document) > documents.indexOf(other);

interface WrittenSnapshot {
  name: string;
  isWritten: boolean;
  looksForMissing: boolean;
  path: (string | number)[];
}

function snapshotOf({ name, value }: LoadedDocument): WrittenSnapshot | undefined {
  const diff = writtenSteps(value).find((step) => step.kind === 'diff');
  if (!diff) return undefined;
  const options = isMap(diff.options) ? diff.options : {};
  const isWritten = typeof options.snapshot === 'string';
  return {
    name: isWritten ? String(options.snapshot) : name,
    isWritten,
    looksForMissing: options.missing !== 'ignore',
    path: [...diff.path, 'diff', 'snapshot'],
  };
}
