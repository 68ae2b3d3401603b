import { counted } from '../../model/counted.ts';
import type { FileFacts } from '../../model/record.ts';
import { problem } from '../../model/problem.ts';
import type { FileEntry } from './port.ts';

/** What `$file` shows of an entry. */
export const factsOf = ({ name, path, size, mtime }: FileEntry): FileFacts => ({ name, path, size, mtime });

/** Throws FILE_CHANGED where a file is not the one that was chosen. */
export function refuseChanged(chosen: FileEntry, now: FileEntry | undefined, bytesRead?: number): void {
  if (!now) throw changed(chosen, 'it is gone');
  if (now.size !== chosen.size) throw changed(chosen, `it had ${counted(chosen.size, 'byte')} and has ${now.size}`);
  if (now.mtime !== chosen.mtime) throw changed(chosen, 'it was written to again');
  if (bytesRead !== undefined && bytesRead !== chosen.size)
    throw changed(chosen, `${bytesRead} of its ${counted(chosen.size, 'byte')} could be read`);
}

const changed = ({ path }: FileEntry, what: string) =>
  problem('FILE_CHANGED', `${path} changed while it was being read: ${what}.`, {
    fix: 'Run again when it is whole; `settle` or `ready` makes runs wait for that.',
  });
