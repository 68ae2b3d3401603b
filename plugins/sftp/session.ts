import type { Client, ConnectConfig, ServerHostKeyAlgorithm, SFTPWrapper } from 'ssh2';
import { isProblem, problem, type Problem } from '#sdk';
import type { SftpConnection } from './connection.ts';
import { hostKeyJudge, type HostKeyJudge } from './host-key.ts';
import { loginFailure } from './login-failure.ts';

/** An open SFTP channel, whose every answer has a time limit. */
export interface SftpSession {
  sftp: SFTPWrapper;
  /**
   * Asks the server; rejects with the server's own error, SFTP_DROPPED when the connection is lost or no answer comes
   * in time, or the signal's reason.
   */
  ask<T>(send: (done: (error: Error | undefined | null, value: T) => void) => void): Promise<T>;
  close(): Promise<void>;
}

/**
 * Connects and logs in. Throws SFTP_UNREACHABLE, SFTP_AUTH_DENIED, SFTP_KEY_UNREADABLE and those of the host key. A
 * server has keys of several types and shows one: a fingerprint may be of another, so each type is asked for.
 */
export async function openSession(
  connection: SftpConnection,
  folder: string,
  signal: AbortSignal,
): Promise<SftpSession> {
  const judge = await hostKeyJudge(connection, folder);
  try {
    return await connect(connection, judge, judge.types, signal);
  } catch (error) {
    if (!judge.otherTypes || codeOf(error) !== 'SFTP_HOST_KEY_CHANGED') throw error;
    for (const type of judge.otherTypes) {
      try {
        return await connect(connection, judge, [type], signal);
      } catch (next) {
        // Unreachable: the server has no key of that type.
        if (codeOf(next) !== 'SFTP_HOST_KEY_CHANGED' && codeOf(next) !== 'SFTP_UNREACHABLE') throw next;
      }
    }
    throw error;
  }
}

const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;

async function connect(
  connection: SftpConnection,
  judge: HostKeyJudge,
  types: string[] | undefined,
  signal: AbortSignal,
): Promise<SftpSession> {
  signal.throwIfAborted();
  const { host, port = 22, timeout = 30_000 } = connection;
  const { default: SftpClient } = await import('ssh2-sftp-client');
  signal.throwIfAborted();
  let lost: Problem | undefined;
  const pending = new Set<(error: unknown) => void>();
  const fail = (error: unknown) => {
    for (const reject of [...pending]) reject(error);
    pending.clear();
  };
  const onLost = () => {
    lost ??= dropped(`The connection to ${host} was lost.`);
    fail(lost);
  };
  const client = new SftpClient('portolan', { error: onLost, end: onLost, close: onLost });
  // The library keeps the ssh2 client in a field that its types leave out.
  const ssh = (client as unknown as { client: Client }).client;
  let refused: Problem | undefined;
  const onAbort = () => {
    fail(signal.reason);
    ssh.destroy();
  };
  signal.addEventListener('abort', onAbort, { once: true });

  let sftp: SFTPWrapper;
  try {
    const { username, password, privateKey, passphrase } = connection;
    sftp = await client.connect({
      host,
      port,
      username,
      ...(password === undefined ? {} : { password }),
      ...(privateKey === undefined ? {} : { privateKey }),
      ...(passphrase === undefined ? {} : { passphrase }),
      readyTimeout: timeout,
      keepaliveInterval: 15_000,
      keepaliveCountMax: 4,
      ...(types ? { algorithms: { serverHostKey: algorithmsOf(types) } } : {}),
      hostVerifier: (key: Buffer) => (refused = judge.judge(key)) === undefined,
    } satisfies ConnectConfig);
    signal.throwIfAborted();
  } catch (error) {
    signal.removeEventListener('abort', onAbort);
    ssh.destroy();
    if (signal.aborted) throw signal.reason;
    throw refused ?? loginFailure(error, connection);
  }
  // Nagle's algorithm makes an upload sixty times slower.
  ssh.setNoDelay(true);

  return {
    sftp,
    ask: (send) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason as Error);
        if (lost) return reject(lost);
        const timer = setTimeout(
          () => settle(reject, dropped(`${host} gave no answer for ${timeout / 1000} s.`)),
          timeout,
        );
        const onFailure = (error: unknown) => settle(reject, error);
        const settle = <V>(end: (value: V) => void, value: V) => {
          clearTimeout(timer);
          pending.delete(onFailure);
          end(value);
        };
        pending.add(onFailure);
        try {
          send((error, value) => {
            if (!error) settle(resolve, value);
            else settle(reject, isLoss(error) ? (lost ?? dropped(`The connection to ${host} was lost.`)) : error);
          });
        } catch (error) {
          settle(reject, error);
        }
      }),
    async close() {
      signal.removeEventListener('abort', onAbort);
      if (lost) return;
      const closed = new Promise<void>((resolve) => ssh.once('close', () => resolve()));
      ssh.end();
      const timer = setTimeout(() => ssh.destroy(), 2000);
      await closed;
      clearTimeout(timer);
    },
  };
}

/** What ssh2 says to requests that a torn connection left without answer. */
const isLoss = (error: Error): boolean =>
  !isProblem(error) && /No response from server|Channel .*closed/.test(error.message);

const dropped = (message: string): Problem =>
  problem('SFTP_DROPPED', message, {
    fix: 'Run again; if it comes back, ask for the time-outs of server and firewall.',
  });

/** RSA keys sign by newer algorithms than their type is called. */
const algorithmsOf = (types: string[]): ServerHostKeyAlgorithm[] =>
  types.flatMap((type) =>
    type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'] : [type],
  ) as ServerHostKeyAlgorithm[];
