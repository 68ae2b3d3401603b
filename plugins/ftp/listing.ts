import type { FileInfo } from 'basic-ftp';
import type { FileEntry } from '#sdk';
import { denied, isReply, noFolder } from './failure.ts';
import { canEnter, factsOf, isListed, timeOfFile } from './facts.ts';
import { absolute, named } from './paths.ts';
import type { FtpSession } from './session.ts';

/** Entries of a folder. Throws FILE_FOLDER_MISSING, FILE_DENIED, and FTP_LISTING where a line can't be read. */
export async function entriesOf(session: FtpSession, folder: string): Promise<FileEntry[]> {
  const full = absolute(session.home, folder);
  const shown = `${folder.replace(/\/+$/, '')}/`;
  if (!(await canEnter(session, full))) {
    if (await isListed(session, full)) throw denied(shown);
    // Throws where a folder above is closed.
    await factsOf(session, folder);
    throw noFolder(shown);
  }
  const found = await linesOf(session, shown);
  const entries: FileEntry[] = [];
  for (const info of found) {
    const entry = await entryOf(session, info, folder);
    if (entry) entries.push(entry);
  }
  return entries;
}

async function linesOf(session: FtpSession, shown: string): Promise<FileInfo[]> {
  try {
    const found = await session.ask((client) => client.list());
    // A folder that may be entered and not read: vsftpd calls the transfer of nothing a success.
    if (found.length === 0 && /failed|denied/i.test(session.lastWords())) throw denied(shown);
    return found;
  } catch (error) {
    throw isReply(error) ? denied(shown, error) : error;
  }
}

async function entryOf(session: FtpSession, info: FileInfo, folder: string): Promise<FileEntry | undefined> {
  const { name, size, isDirectory: isFolder, isFile } = info;
  const path = named(folder, name);
  if (isFolder) return { name, path, size: 0, mtime: info.modifiedAt?.getTime() ?? 0, isFolder };
  // A link is what it leads to; what leads nowhere, and what is no file, is nothing.
  if (!isFile) return factsOf(session, path);
  const mtime = info.modifiedAt?.getTime() ?? (await timeOfFile(session, absolute(session.home, path)));
  return mtime === undefined ? undefined : { name, path, size, mtime, isFolder };
}
