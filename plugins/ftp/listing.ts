import type { FileInfo } from 'basic-ftp';
import { problem, type FileEntry } from '#sdk';
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
    const found = await session.ask((client) => {
      const parse = client.parseList;
      client.parseList = (text) => complete(text, parse(text), shown);
      return client.list().finally(() => (client.parseList = parse));
    });
    // A folder that may be entered and not read: vsftpd calls the transfer of nothing a success.
    if (found.length === 0 && /failed|denied/i.test(session.lastWords())) throw denied(shown);
    return found;
  } catch (error) {
    throw isReply(error) ? denied(shown, error) : error;
  }
}

/** A line that was passed over would be a file that nobody reads, and nobody would know. */
function complete(text: string, found: FileInfo[], shown: string): FileInfo[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !isAside(line));
  if (lines.length === found.length && found.every(({ name }) => !/[/\0]/.test(name))) return found;
  throw problem(
    'FTP_LISTING',
    `${lines.length - found.length || 1} of ${lines.length} lines of the server's listing of ${shown} can not be read.`,
    {
      fix: 'Ask for a server that lists by MLSD (RFC 3659), or for SFTP.',
    },
  );
}

const isAside = (line: string): boolean =>
  /^total \d+/i.test(line) || /(^|;)type=[cp]dir;/i.test(line) || /(^\s*|\s)\.\.?$/.test(line);

async function entryOf(session: FtpSession, info: FileInfo, folder: string): Promise<FileEntry | undefined> {
  const { name, size, isDirectory: isFolder, isFile } = info;
  const path = named(folder, name);
  if (isFolder) return { name, path, size: 0, mtime: info.modifiedAt?.getTime() ?? 0, isFolder };
  // A link is what it leads to; what leads nowhere, and what is no file, is nothing.
  if (!isFile) return factsOf(session, path);
  const mtime = session.hasFacts ? info.modifiedAt?.getTime() : await timeOfFile(session, absolute(session.home, path));
  return mtime === undefined ? undefined : { name, path, size, mtime, isFolder };
}
