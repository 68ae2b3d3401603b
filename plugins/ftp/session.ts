import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { createSecureContext, rootCertificates, TLSSocket, type ConnectionOptions } from 'node:tls';
import type { Client } from 'basic-ftp';
import { isProblem, problem, scrubber, type Problem } from '#sdk';
import { portOf, type FtpConnection } from './connection.ts';
import { isReply } from './failure.ts';
import { readWhole } from './listing-lines.ts';
import { addressOf, certificateProblem, loginFailure, type LoginStep } from './login-failure.ts';

/** One logged-in connection. It does one thing at a time. */
export interface FtpSession {
  /** Where relative paths begin, as the server calls it. */
  home: string;
  /** The server tells facts by MLST and MLSD (RFC 3659). */
  hasFacts: boolean;
  /**
   * Does it. Rejects with the server's own reply, FTP_DROPPED when the connection is lost or no answer comes in time,
   * FTP_DATA_REFUSED, FTP_CERTIFICATE, or the signal's reason. After all but a reply the session is closed.
   */
  ask<T>(act: (client: Client) => Promise<T>): Promise<T>;
  /** The last thing the server said. */
  lastWords(): string;
  isClosed(): boolean;
  /** The data connection of what goes on has agreed on TLS, has ended, or took longer than an answer may. */
  isSecured(): Promise<void>;
  /** What still goes on is ended; may be called twice. */
  close(): void;
}

/**
 * Connects and logs in. Throws FTP_UNREACHABLE, FTP_AUTH_DENIED, FTP_NOT_ENCRYPTED, FTP_CERTIFICATE, FTP_CA_UNREADABLE
 * and the signal's reason.
 */
export async function openSession(connection: FtpConnection, signal: AbortSignal): Promise<FtpSession> {
  signal.throwIfAborted();
  const { timeout: timeoutMs = 30_000, password } = connection;
  const tls = tlsOptions(connection);
  const { Client } = await import('basic-ftp');
  signal.throwIfAborted();
  const client = new Client(timeoutMs);
  let last = '';
  client.ftp.log = (line) => {
    if (line.startsWith('< ')) last = line.slice(2).trim();
  };
  const { parseList } = client;
  client.parseList = (text) => readWhole(text, parseList);
  const ended = endings(signal);
  const close = () => {
    ended.forget();
    client.close();
  };
  const scrub = scrubber(password);
  let step: LoginStep = 'connect';
  const timer = setTimeout(() => ended.end(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })), timeoutMs);
  try {
    const home = await ended.before(login(client, connection, tls, (next) => (step = next)));
    return {
      home,
      hasFacts: client.availableListCommands[0] === 'MLSD',
      isClosed: () => client.closed,
      lastWords: () => scrub(last),
      isSecured: () => securedOf(client, timeoutMs),
      close,
      async ask(act) {
        signal.throwIfAborted();
        try {
          return await ended.before(act(client));
        } catch (error) {
          if (signal.aborted) throw signal.reason;
          if (isReply(error) && error.code !== 421) throw Object.assign(error, { message: scrub(error.message) });
          close();
          throw lossOf(error, connection, timeoutMs);
        }
      },
    };
  } catch (error) {
    close();
    if (signal.aborted) throw signal.reason;
    throw loginFailure(error, step, connection, scrub);
  } finally {
    clearTimeout(timer);
  }
}

async function securedOf({ ftp: { dataSocket } }: Client, timeoutMs: number): Promise<void> {
  if (!(dataSocket instanceof TLSSocket) || dataSocket.authorized || dataSocket.destroyed) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, timeoutMs);
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    dataSocket.once('secureConnect', end).once('close', end);
  });
}

/** Gives the folder that the account begins in. */
async function login(
  client: Client,
  connection: FtpConnection,
  tls: ConnectionOptions,
  begin: (step: LoginStep) => void,
): Promise<string> {
  const { host, username, password = '', encryption = 'explicit' } = connection;
  const port = portOf(connection);
  if (encryption === 'implicit') await client.connectImplicitTLS(host, port, tls);
  else await client.connect(host, port);
  if (encryption === 'explicit') {
    begin('encrypt');
    await client.useTLS(tls);
  }
  begin('login');
  // Before the login, as names may have letters of any script; a server may know the command only afterwards.
  await client.sendIgnoringError('OPTS UTF8 ON');
  await client.login(username, password);
  begin('settings');
  await client.useDefaultSettings();
  const { message } = await client.send('PWD');
  const quoted = /"((?:[^"]|"")*)"/.exec(message)?.[1];
  if (quoted === undefined) throw new Error('its answer to PWD names no folder');
  return quoted.replaceAll('""', '"');
}

function tlsOptions({ host, ca }: FtpConnection): ConnectionOptions {
  const names = { host, ...(isIP(host) ? {} : { servername: host }) };
  if (ca === undefined) return names;
  try {
    // A text that is no certificate would be passed over, and the server not trusted for another reason than is told.
    new X509Certificate(ca);
    return { ...names, secureContext: createSecureContext({ ca: [...rootCertificates, ca] }) };
  } catch (cause) {
    throw problem('FTP_CA_UNREADABLE', `The \`ca\` of the connection to ${host} is no certificate in PEM.`, {
      fix: 'Give the whole text of a PEM file, such as ${file:/run/secrets/ca.pem}.',
      cause,
    });
  }
}

/** Ends waiting: the package itself waits for a TLS handshake as long as it pleases. */
function endings(signal: AbortSignal) {
  const waiting = new Set<(error: unknown) => void>();
  const end = (error: unknown) => waiting.forEach((reject) => reject(error));
  const onAbort = () => end(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  return {
    end,
    forget: () => signal.removeEventListener('abort', onAbort),
    before: <T>(work: Promise<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        waiting.add(reject);
        work.then(resolve, reject).finally(() => waiting.delete(reject));
      }),
  };
}

function lossOf(error: unknown, connection: FtpConnection, timeoutMs: number): Problem {
  if (isProblem(error)) return error;
  const certificate = certificateProblem(error, connection);
  if (certificate) return certificate;
  const address = addressOf(connection);
  const { message = '' } = error as { message?: string };
  if (/data connection|transfer strategies|PASV|EPSV/.test(message))
    return problem('FTP_DATA_REFUSED', `${address} is reached, but no data connection to it can be opened.`, {
      fix: 'Ask the server’s side which passive ports it uses, and have the firewall open them.',
      cause: error,
    });
  const what = /timeout/i.test(message) ? `gave no answer for ${timeoutMs / 1000} s` : 'broke the connection';
  return problem('FTP_DROPPED', `${address} ${what}.`, {
    fix: 'Run again; if it comes back, ask for the time-outs of server and firewall.',
    cause: error,
  });
}
