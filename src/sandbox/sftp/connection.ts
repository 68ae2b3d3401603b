import type { Connection, ServerChannel } from 'ssh2';
import { OutsideOfRoot } from './confined-path.ts';
import { newFileSession, type FileSession, type SessionContext } from './file-session.ts';
import { isRight, methodsOf, type Account } from './login.ts';
import { packetReader, readPackets, reply, REQUEST, STATUS } from './wire.ts';

/** Lets a client in and answers it. `track` gets the work of each channel, which ends with the channel. */
export function serveConnection(
  connection: Connection,
  account: Account,
  context: SessionContext,
  track: (session: Promise<void>) => void,
): void {
  const { ledger, faults } = context;
  // A client that breaks off is no error of the server.
  connection.on('error', () => connection.end());
  connection.on('authentication', (attempt) => {
    if (attempt.method === 'none') return attempt.reject(methodsOf(account));
    const isRefused = faults.refuseLogins > 0;
    if (!isRefused && isRight(attempt, account)) return attempt.accept();
    if (isRefused) faults.refuseLogins -= 1;
    ledger.refusedLogins += 1;
    attempt.reject(methodsOf(account));
  });
  connection.on('ready', () => {
    ledger.logins += 1;
    connection.on('session', (acceptSession) => {
      acceptSession().on('subsystem', (accept, reject, { name }) => {
        if (name !== 'sftp') return reject();
        track(serveFiles(accept(), context));
      });
    });
  });
}

/** Answers the requests of a channel one after another, as OpenSSH does. */
async function serveFiles(channel: ServerChannel, context: SessionContext): Promise<void> {
  const session = newFileSession(context);
  channel.on('error', () => channel.destroy());
  try {
    for await (const packet of readPackets(channel)) {
      const answer = await answerPacket(packet, session);
      if (!answer) break;
      if (!channel.write(answer)) await writable(channel);
    }
    channel.end();
  } catch {
    context.drop();
  } finally {
    await session.close();
  }
}

async function answerPacket(packet: Buffer, session: FileSession): Promise<Buffer | undefined> {
  const fields = packetReader(packet);
  const type = fields.byte();
  if (type === REQUEST.INIT) return reply.version();
  const id = fields.uint32();
  try {
    return await session.answer(type, id, fields);
  } catch (error) {
    if (error instanceof RangeError) throw error;
    const [code, message] = statusOf(error);
    return reply.status(id, code, message);
  }
}

function statusOf(error: unknown): [code: number, message: string] {
  if (error instanceof OutsideOfRoot) return [STATUS.PERMISSION_DENIED, 'Permission denied'];
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return [STATUS.NO_SUCH_FILE, 'No such file'];
  if (code === 'EACCES' || code === 'EPERM') return [STATUS.PERMISSION_DENIED, 'Permission denied'];
  if (code === 'ENOSPC') return [STATUS.FAILURE, 'No space left on device'];
  return [STATUS.FAILURE, 'Failure'];
}

/** Waits until the client has taken what was written, or is gone. */
function writable(channel: ServerChannel): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      channel.off('drain', go).off('close', go);
      resolve();
    };
    channel.on('drain', go).on('close', go);
  });
}
