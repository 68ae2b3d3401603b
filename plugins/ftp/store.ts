import { defineFileStore, fileProblem, problem, type OpenFileStore } from '#sdk';
import { connection } from './connection.ts';
import {
  denied,
  isAboutPath,
  isReply,
  noFile,
  noFolder,
  otherProblem,
  place,
  taken,
  type FtpReply,
} from './failure.ts';
import { canEnter, factsOf } from './facts.ts';
import { entriesOf } from './listing.ts';
import { absolute, folderOf } from './paths.ts';
import { answerOf, poolOf, type SessionPool } from './pool.ts';
import { readFrom } from './read.ts';
import { openSession, type FtpSession } from './session.ts';
import { writeTo } from './write.ts';

/** Files on an FTP server. */
export default defineFileStore({
  name: 'ftp',
  summary: 'Files on an FTP server, encrypted (FTPS) unless plain FTP is asked for.',
  connection,
  async open({ connection: options, signal }) {
    const open = () => openSession(options, signal);
    return storeOf(poolOf(await open(), open));
  },
});

function storeOf(pool: SessionPool): OpenFileStore {
  return {
    stat: (path) => pool.use((session) => factsOf(session, path)),
    list: (folder) => pool.use((session) => entriesOf(session, folder)),
    read: (path, fromByte = 0) => readFrom(pool, path, fromByte),
    write: (path) => writeTo(pool, path),
    rename: (from, to, replace = false) => pool.use((session) => rename(session, from, to, replace)),
    remove: (path) => pool.use((session) => remove(session, path)),
    makeFolder: (path) => pool.use((session) => makeFolder(session, path)),
    close() {
      pool.close();
      return Promise.resolve();
    },
  };
}

/** Does it, and tells a reply about a path by what is found there. */
async function told(
  path: string,
  act: () => Promise<unknown>,
  why: (reply: FtpReply) => Promise<Error>,
): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!isReply(error)) throw error;
    throw isAboutPath(error) ? await why(error) : otherProblem(error, path);
  }
}

async function remove(session: FtpSession, path: string): Promise<void> {
  const full = absolute(session.home, path);
  await told(
    path,
    () => session.ask((client) => client.send(`DELE ${full}`)),
    async (reply) => {
      const found = await factsOf(session, path);
      if (!found) return noFile(path, reply);
      return found.isFolder ? fileProblem('isFolder', path, place, reply) : denied(path, reply);
    },
  );
}

/** Servers move over what is there, so it is looked for first: FTP has no move that refuses. */
async function rename(session: FtpSession, from: string, to: string, replace: boolean): Promise<void> {
  const target = absolute(session.home, to);
  if (!replace && (await factsOf(session, to))) throw taken(to);
  await told(
    from,
    () => session.ask((client) => client.send(`RNFR ${absolute(session.home, from)}`)),
    async (reply) => ((await factsOf(session, from)) ? denied(from, reply) : noFile(from, reply)),
  );
  await told(
    to,
    () => session.ask((client) => client.send(`RNTO ${target}`)),
    async (reply) => {
      if (!(await canEnter(session, folderOf(target)))) return noFolder(to, reply);
      return replace && (await factsOf(session, to)) ? noReplace(reply) : denied(to, reply);
    },
  );
}

const noReplace = (cause: unknown) =>
  problem('FILE_FAILED', 'The server does not move a file over another one.', {
    fix: 'Write under a new name each time, without `overwrite`.',
    cause,
  });

async function makeFolder(session: FtpSession, path: string): Promise<void> {
  const missing: string[] = [];
  for (let folder = absolute(session.home, path); folder !== '/'; folder = folderOf(folder)) {
    if (await canEnter(session, folder)) break;
    missing.unshift(folder);
  }
  for (const folder of missing) {
    // Somebody else may have made it meanwhile.
    if ((await answerOf(session, `MKD ${folder}`)) || (await canEnter(session, folder))) continue;
    throw denied(folder);
  }
}
