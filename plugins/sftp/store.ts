import type { FileEntryWithStats, Stats } from 'ssh2';
import { defineFileStore, fileProblem, problem, type FileEntry, type OpenFileStore } from '#sdk';
import { connection } from './connection.ts';
import { place, status, statusOf, told } from './failure.ts';
import { readAhead } from './read-ahead.ts';
import { openSession, type SftpSession } from './session.ts';
import { writeAhead } from './write-ahead.ts';

/** Files on an SFTP server. */
export default defineFileStore({
  name: 'sftp',
  summary: 'Files on an SFTP server.',
  connection,
  async open({ connection: options, folder, signal }) {
    return storeOf(await openSession(options, folder, signal));
  },
});

function storeOf(session: SftpSession): OpenFileStore {
  const { sftp, ask } = session;

  async function stat(path: string): Promise<FileEntry | undefined> {
    try {
      const facts = await told(path, 'FILE_MISSING', () => ask<Stats>((done) => sftp.stat(path, done)));
      return entry(path, facts);
    } catch (error) {
      if ((error as { code?: unknown }).code === 'FILE_MISSING') return undefined;
      throw error;
    }
  }

  return {
    stat,
    async list(folder) {
      const found = await told(`${folder.replace(/\/+$/, '')}/`, 'FILE_FOLDER_MISSING', () =>
        ask<FileEntryWithStats[]>((done) => sftp.readdir(folder, done)),
      );
      const entries: FileEntry[] = [];
      for (const { filename, attrs } of found) {
        const path = named(folder, filename);
        // A link is what it leads to; one that leads nowhere is nothing.
        const one = attrs.isSymbolicLink() ? await stat(path) : entry(path, attrs);
        if (one) entries.push(one);
      }
      return entries;
    },
    read: (path, fromByte = 0) => readAhead(session, path, fromByte),
    write: (path) => writeAhead(session, path, folderOf(path)),
    rename: (from, to, replace = false) =>
      replace ? replaceBy(session, from, to) : renameNew(session, stat, from, to),
    remove: (path) => told(path, 'FILE_MISSING', () => plain(session, (done) => sftp.unlink(path, done))),
    async makeFolder(path) {
      const segments = path.split('/').filter(Boolean);
      for (let depth = 1; depth <= segments.length; depth += 1) {
        const folder = (path.startsWith('/') ? '/' : '') + segments.slice(0, depth).join('/');
        if (!(await stat(folder))) await makeOne(session, stat, folder);
      }
    },
    close: () => session.close(),
  };
}

type Send = (done: (error?: Error | null) => void) => void;
const plain = ({ ask }: SftpSession, send: Send): Promise<void> =>
  ask<void>((done) => send((error) => done(error, undefined)));

const entry = (path: string, facts: Pick<Stats, 'size' | 'mtime' | 'isDirectory'>): FileEntry => ({
  name: path.replace(/\/+$/, '').split('/').at(-1)!,
  path,
  size: facts.size,
  mtime: facts.mtime * 1000,
  isFolder: facts.isDirectory(),
});

const named = (folder: string, name: string): string =>
  folder === '.' || folder === '' ? name : `${folder.replace(/\/+$/, '')}/${name}`;

const folderOf = (path: string): string =>
  path.slice(0, Math.max(0, path.lastIndexOf('/'))) || (path.startsWith('/') ? '/' : '.');

type StatOf = (path: string) => Promise<FileEntry | undefined>;

/** At one stroke, by the extension of OpenSSH: the protocol's own rename refuses a taken name. */
async function replaceBy(session: SftpSession, from: string, to: string): Promise<void> {
  try {
    await told(to, 'FILE_FOLDER_MISSING', () =>
      plain(session, (done) => session.sftp.ext_openssh_rename(from, to, done)),
    );
  } catch (error) {
    if (!/does not support/.test((error as Error).message)) throw error;
    throw problem('FILE_FAILED', 'The server can not replace a file at one stroke (posix-rename@openssh.com).', {
      fix: 'Write under a new name each time, without `overwrite`.',
    });
  }
}

async function renameNew(session: SftpSession, stat: StatOf, from: string, to: string): Promise<void> {
  // Some servers replace what is there, so it is looked for first; OpenSSH refuses by itself as well.
  if (await stat(to)) throw taken(to);
  try {
    await plain(session, (done) => session.sftp.rename(from, to, done));
  } catch (error) {
    if (statusOf(error) === status.failure && (await stat(to))) throw taken(to);
    const isThere = await stat(from);
    await told(isThere ? to : from, isThere ? 'FILE_FOLDER_MISSING' : 'FILE_MISSING', () =>
      Promise.reject(error as Error),
    );
  }
}

/** Somebody else may have made it meanwhile. */
async function makeOne(session: SftpSession, stat: StatOf, folder: string): Promise<void> {
  try {
    await told(folder, 'FILE_FOLDER_MISSING', () => plain(session, (done) => session.sftp.mkdir(folder, done)));
  } catch (error) {
    if (!(await stat(folder))) throw error;
  }
}

const taken = (path: string) => fileProblem('taken', path, place);
