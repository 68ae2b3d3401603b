import { isReply } from './failure.ts';
import type { FtpSession } from './session.ts';

/**
 * The connections of one open store. FTP does one thing at a time on each, so a stream has one of its own while it goes
 * on, and commands share another: two at most, where callers read or write one file at a time.
 */
export interface SessionPool {
  /** Commands, one after the other. */
  use<T>(act: (session: FtpSession) => Promise<T>): Promise<T>;
  /** For a stream; goes back by `giveBack`, or is closed. */
  borrow(): Promise<FtpSession>;
  giveBack(session: FtpSession): void;
  close(): void;
}

/** Takes the first session, which showed that the account may log in. */
export function poolOf(first: FtpSession, open: () => Promise<FtpSession>): SessionPool {
  const idle = [first];
  const all = new Set(idle);
  let isClosed = false;
  let turn: Promise<unknown> = Promise.resolve();

  async function borrow(): Promise<FtpSession> {
    for (let session = idle.pop(); session; session = idle.pop()) {
      if (!session.isClosed()) return session;
      all.delete(session);
    }
    const opened = await open();
    all.add(opened);
    if (isClosed) opened.close();
    return opened;
  }
  function giveBack(session: FtpSession): void {
    if (session.isClosed() || isClosed) {
      session.close();
      all.delete(session);
    } else idle.push(session);
  }
  return {
    borrow,
    giveBack,
    use(act) {
      const done = turn.then(async () => {
        const session = await borrow();
        try {
          return await act(session);
        } finally {
          giveBack(session);
        }
      });
      turn = done.catch(() => {});
      return done;
    },
    close() {
      isClosed = true;
      for (const session of all) session.close();
      all.clear();
    },
  };
}

/** Asks; undefined where the server's reply is a "no" about the path or the command. */
export async function answerOf(session: FtpSession, command: string): Promise<{ message: string } | undefined> {
  try {
    return await session.ask((client) => client.send(command));
  } catch (error) {
    if (isReply(error)) return undefined;
    throw error;
  }
}
