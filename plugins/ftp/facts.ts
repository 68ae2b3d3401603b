import { problem, type FileEntry } from '#sdk';
import { denied, isReply } from './failure.ts';
import { absolute, folderOf, nameOf } from './paths.ts';
import { answerOf } from './pool.ts';
import type { FtpSession } from './session.ts';

/**
 * What is known of a path; undefined where nothing is there. By MLST where the server has it, else by SIZE and MDTM,
 * which are as exact (a listing's own times are not: they lack seconds, zone and year). A folder's time is 0 then.
 */
export async function factsOf(session: FtpSession, path: string): Promise<FileEntry | undefined> {
  const full = absolute(session.home, path);
  const found = session.hasFacts ? await byMlst(session, full) : await bySize(session, full);
  if (found) return { name: nameOf(path), path, ...found };
  await refuseHidden(session, path, folderOf(full));
  return undefined;
}

type Facts = Omit<FileEntry, 'name' | 'path'>;

async function byMlst(session: FtpSession, full: string): Promise<Facts | undefined> {
  const answer = await answerOf(session, `MLST ${full}`);
  const line = answer?.message.split('\n').find((each) => /^\s*[^\s=]+=[^;]*;/.test(each));
  if (line === undefined) return undefined;
  const facts = new Map<string, string>();
  for (const fact of line.trim().split(' ', 1)[0]!.split(';')) {
    const [name = '', value = ''] = fact.split('=', 2);
    facts.set(name.toLowerCase(), value);
  }
  const isFolder = /^(c|p)?dir$/i.test(facts.get('type') ?? '');
  const mtime = timeOf(facts.get('modify') ?? '') ?? (isFolder ? 0 : await timeOfFile(session, full));
  return mtime === undefined ? undefined : { isFolder, size: Number(facts.get('size') ?? 0), mtime };
}

async function bySize(session: FtpSession, full: string): Promise<Facts | undefined> {
  const size = /^213 (\d+)/.exec((await answerOf(session, `SIZE ${full}`))?.message ?? '')?.[1];
  if (size !== undefined) {
    const mtime = await timeOfFile(session, full);
    return mtime === undefined ? undefined : { isFolder: false, size: Number(size), mtime };
  }
  return (await canEnter(session, full)) ? { isFolder: true, size: 0, mtime: 0 } : undefined;
}

/** UTC milliseconds by MDTM; undefined where the file is gone. Throws FTP_LISTING where the server knows no MDTM. */
export async function timeOfFile(session: FtpSession, full: string): Promise<number | undefined> {
  try {
    const { message } = await session.ask((client) => client.send(`MDTM ${full}`));
    const time = timeOf(message.slice(4).trim());
    if (time === undefined) throw noTimes();
    return time;
  } catch (error) {
    if (!isReply(error)) throw error;
    if (error.code === 550) return undefined;
    throw noTimes(error);
  }
}

const noTimes = (cause?: unknown) =>
  problem('FTP_LISTING', 'The server tells no exact times of files, neither by MLSD nor by MDTM.', {
    fix: 'Ask for a server that does (RFC 3659), or for SFTP: without times a changed file is not recognised.',
    ...(cause === undefined ? {} : { cause }),
  });

/** `20260102030405` or `20260102030405.678`, always UTC (RFC 3659, 2.3). */
function timeOf(text: string): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{1,3}))?/.exec(text);
  if (!parts) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return Date.UTC(year, month - 1, day, hour, minute, second, Number((parts[7] ?? '0').padEnd(3, '0')));
}

/** Can the account go there? Also what servers call folders that they don't tell facts of. */
export async function canEnter(session: FtpSession, full: string): Promise<boolean> {
  return (await answerOf(session, `CWD ${full}`)) !== undefined;
}

/** Servers say the same of what is missing and what is forbidden. A folder above that is there and closed is forbidden. */
async function refuseHidden(session: FtpSession, path: string, folder: string): Promise<void> {
  if (folder === '/' || (await canEnter(session, folder))) return;
  if (await isListed(session, folder)) throw denied(path);
  await refuseHidden(session, path, folderOf(folder));
}

/** Is it among the entries of the folder above it? */
export async function isListed(session: FtpSession, full: string): Promise<boolean> {
  if (!(await canEnter(session, folderOf(full)))) return false;
  const entries = await session.ask((client) => client.list());
  return entries.some(({ name }) => name === nameOf(full));
}
