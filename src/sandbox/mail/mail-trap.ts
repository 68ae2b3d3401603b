import type { AddressInfo, Socket } from 'node:net';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { newLedger, type MailFaults, type MailLedger, type TrappedMail } from './ledger.ts';
import { parseMessage } from './parse-message.ts';

/** Options of the trap. */
export interface MailTrapOptions {
  /** 0 takes a free port. */
  port?: number;
  /** When given, mail is taken only after a login. */
  account?: { username: string; password: string };
  now?: () => Date;
}

/** A running trap on 127.0.0.1. */
export interface MailTrap {
  host: string;
  port: number;
  /** smtp://127.0.0.1:PORT, with the account where there is one. */
  url: string;
  ledger: MailLedger;
  faults: MailFaults;
  close(): Promise<void>;
}

/** Starts an SMTP server that keeps every mail and sends none on. */
export async function startMailTrap(options: MailTrapOptions = {}): Promise<MailTrap> {
  const { port = 0, account, now = () => new Date() } = options;
  const ledger = newLedger();
  const faults: MailFaults = {
    refuseRecipients: undefined,
    temporaryRefusals: 0,
    dropAfterData: 0,
    onTaken: undefined,
  };
  const sockets = new Map<number, Socket>();
  const messageIds = new Set<string>();

  async function take(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<boolean> {
    const mail = await readMail(stream, session, now());
    ledger.list.push(mail);
    if (messageIds.has(mail.messageId)) ledger.repeats += 1;
    messageIds.add(mail.messageId);
    await faults.onTaken?.(mail);
    if (faults.dropAfterData === 0) return true;
    faults.dropAfterData -= 1;
    return false;
  }

  const server = new SMTPServer({
    // Without encryption, so that no certificate is needed: the trap listens on the loopback only.
    disabledCommands: account ? ['STARTTLS'] : ['STARTTLS', 'AUTH'],
    allowInsecureAuth: true,
    authOptional: !account,
    disableReverseLookup: true,
    closeTimeout: 100,
    logger: false,
    onAuth({ username, password }, _session, done) {
      if (username === account?.username && password === account?.password) return done(null, { user: username });
      done(refusal(535, 'Wrong name or password'));
    },
    onRcptTo({ address }, _session, done) {
      if (faults.temporaryRefusals > 0) {
        faults.temporaryRefusals -= 1;
        ledger.deferred += 1;
        return done(refusal(451, 'Try again later'));
      }
      if (!faults.refuseRecipients?.test(address)) return done();
      ledger.refused += 1;
      done(refusal(550, 'There is no such mailbox'));
    },
    onData(stream, session, done) {
      take(stream, session).then(
        (isAnswered) => (isAnswered ? done() : sockets.get(session.remotePort)?.destroy()),
        () => done(refusal(451, 'The message could not be read')),
      );
    },
  });
  server.server.on('connection', (socket: Socket) => {
    const { remotePort = 0 } = socket;
    sockets.set(remotePort, socket);
    socket.once('close', () => sockets.delete(remotePort));
  });
  // A client that breaks off is no error of the trap.
  server.on('error', () => {});
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: taken } = server.server.address() as AddressInfo;
  const login = account ? `${encodeURIComponent(account.username)}:${encodeURIComponent(account.password)}@` : '';
  return {
    host: '127.0.0.1',
    port: taken,
    url: `smtp://${login}127.0.0.1:${taken}`,
    ledger,
    faults,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets.values()) socket.destroy();
      }),
  };
}

async function readMail(stream: SMTPServerDataStream, session: SMTPServerSession, at: Date): Promise<TrappedMail> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  const raw = Buffer.concat(chunks);
  const { headers, ...content } = parseMessage(raw);
  const { mailFrom, rcptTo } = session.envelope;
  return {
    at: at.toISOString(),
    envelope: { from: mailFrom ? mailFrom.address : '', to: rcptTo.map(({ address }) => address) },
    from: headers['from'] ?? '',
    to: headers['to'] ?? '',
    subject: headers['subject'] ?? '',
    messageId: headers['message-id'] ?? '',
    headers,
    ...content,
    sizeBytes: raw.length,
  };
}

function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}
