import { PassThrough } from 'node:stream';
import { fileProblem } from '#sdk';
import { denied, isAboutPath, isReply, noFile, otherProblem, place } from './failure.ts';
import { factsOf } from './facts.ts';
import { absolute } from './paths.ts';
import type { SessionPool } from './pool.ts';

/** A file's content from a byte on (REST). Ends only when the server has confirmed that it was whole. */
export async function* readFrom(pool: SessionPool, path: string, fromByte: number): AsyncGenerator<Uint8Array> {
  // Servers differ in what they make of a place beyond the end.
  if (fromByte > 0) {
    const facts = await pool.use((session) => factsOf(session, path));
    if (facts && !facts.isFolder && facts.size <= fromByte) return;
  }
  const session = await pool.borrow();
  const bytes = new PassThrough({ highWaterMark: 256 * 1024 });
  const transfer = session.ask((client) => client.downloadTo(bytes, absolute(session.home, path), fromByte));
  const failure = transfer.then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  let isWhole = false;
  try {
    // The package ends the stream after a failure as well, so its end alone says nothing.
    for await (const chunk of bytes) yield chunk as Uint8Array;
    await transfer;
    isWhole = true;
  } catch (error) {
    const refused = await failure;
    isWhole = refused !== undefined && isReply(refused.error);
    throw refused && isReply(refused.error) ? await readRefusal(pool, refused.error, path) : (refused?.error ?? error);
  } finally {
    if (isWhole) pool.giveBack(session);
    else {
      session.close();
      await failure;
    }
  }
}

async function readRefusal(pool: SessionPool, reply: Parameters<typeof otherProblem>[0], path: string) {
  if (!isAboutPath(reply)) return otherProblem(reply, path);
  const facts = await pool.use((session) => factsOf(session, path));
  if (!facts) return noFile(path, reply);
  return facts.isFolder ? fileProblem('isFolder', path, place, reply) : denied(path, reply);
}
