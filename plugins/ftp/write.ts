import { isProblem, newPushSource, problem, type FileWriter } from '#sdk';
import {
  denied,
  isAboutPath,
  isReply,
  noFolder,
  otherProblem,
  storageProblem,
  taken,
  type FtpReply,
} from './failure.ts';
import { factsOf } from './facts.ts';
import { absolute, folderOf } from './paths.ts';
import { answerOf, type SessionPool } from './pool.ts';

/**
 * Creates a file by STOR. FTP itself writes over what is there, so it is looked for first; who may bring the same name in
 * the same moment is none of ours, as files get their names by a rename.
 */
export async function writeTo(pool: SessionPool, path: string): Promise<FileWriter> {
  if (await pool.use((session) => factsOf(session, path))) throw taken(path);
  const session = await pool.borrow();
  const full = absolute(session.home, path);
  const source = newPushSource();
  const upload = session.ask((client) => client.uploadFrom(source.stream, full));
  const failure = upload.then(
    () => {
      source.stop();
      return undefined;
    },
    (error: unknown) => {
      source.stop();
      return { error };
    },
  );
  const refuse = async (): Promise<never> => {
    const { error } = (await failure) ?? { error: new Error('the transfer ended before the file did') };
    if (!session.isClosed()) pool.giveBack(session);
    throw isReply(error) ? await writeRefusal(pool, error, path) : brokenOff(error, path);
  };
  // Only when the server has opened the file does it ask for bytes.
  await source.isAsked;
  if (source.isStopped()) await refuse();
  let isDone = false;

  return {
    async write(chunk) {
      await source.push(chunk);
      if (!source.isStopped()) return;
      isDone = true;
      await refuse();
    },
    async end() {
      isDone = true;
      // A connection that is ended before its TLS is agreed on is a fault to servers, and an empty file is over at once.
      await session.isSecured();
      source.finish();
      if (await failure) await refuse();
      pool.giveBack(session);
    },
    async abort() {
      if (!isDone) {
        isDone = true;
        session.close();
        await failure;
      }
      await pool.use(async (other) => {
        if (await factsOf(other, path)) await answerOf(other, `DELE ${absolute(other.home, path)}`);
      });
    },
  };
}

/** A full server ends the transfer, and its word for that comes too late. */
function brokenOff(error: unknown, path: string): unknown {
  if (!isProblem(error) || error.code !== 'FTP_DROPPED') return error;
  return problem('FTP_DROPPED', `The server broke off the writing of ${path}.`, {
    fix: 'Look at its disk and quota, as full servers do so; else run again.',
    cause: error,
  });
}

async function writeRefusal(pool: SessionPool, reply: FtpReply, path: string): Promise<unknown> {
  const full = storageProblem(reply, path);
  if (full) return full;
  if (!isAboutPath(reply)) return otherProblem(reply, path);
  return (await isFolder(pool, folderOf(path.startsWith('/') ? path : `./${path}`)))
    ? denied(path, reply)
    : noFolder(path, reply);
}

export const isFolder = async (pool: SessionPool, path: string): Promise<boolean> =>
  (await pool.use((session) => factsOf(session, path)))?.isFolder === true;
