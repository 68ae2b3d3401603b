import type { Client, ConnectConfig, ServerHostKeyAlgorithm, SFTPWrapper } from 'ssh2';
import type { Problem } from '#sdk';
import type { SftpConnection } from './connection.ts';
import { hostKeyJudge, type HostKeyJudge } from './host-key.ts';
import { loginFailure } from './login-failure.ts';
import { loginMethods } from './login-methods.ts';
import { newRequests, type Ask } from './requests.ts';

/** An open SFTP channel, whose every answer has a time limit. */
export interface SftpSession {
  sftp: SFTPWrapper;
  ask: Ask;
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
  const { host, timeout = 30_000 } = connection;
  const { default: SftpClient } = await import('ssh2-sftp-client');
  signal.throwIfAborted();
  const requests = newRequests({ host, timeoutMs: timeout, signal });
  const client = new SftpClient('portolan', { error: requests.lose, end: requests.lose, close: requests.lose });
  // The library keeps the ssh2 client in a field that its types leave out.
  const ssh = (client as unknown as { client: Client }).client;
  const onAbort = () => {
    requests.fail(signal.reason);
    ssh.destroy();
  };
  signal.addEventListener('abort', onAbort, { once: true });
  const forget = () => signal.removeEventListener('abort', onAbort);
  try {
    const sftp = await login(client, connection, judge, types, () => ssh.destroy());
    signal.throwIfAborted();
    // Nagle's algorithm makes an upload sixty times slower.
    ssh.setNoDelay(true);
    return {
      sftp,
      ask: requests.ask,
      async close() {
        forget();
        if (!requests.isLost()) await endOf(ssh);
      },
    };
  } catch (error) {
    forget();
    ssh.destroy();
    if (signal.aborted) throw signal.reason;
    throw error;
  }
}

/** Throws what the host key is refused for, or why the login failed. */
async function login(
  client: { connect(config: ConnectConfig): Promise<SFTPWrapper> },
  connection: SftpConnection,
  judge: HostKeyJudge,
  types: string[] | undefined,
  end: () => void,
): Promise<SFTPWrapper> {
  const { host, port = 22, username, password, privateKey, passphrase, timeout = 30_000 } = connection;
  let refused: Problem | undefined;
  try {
    return await client.connect({
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
      authHandler: loginMethods(connection, (why) => {
        refused = why;
        end();
      }),
      hostVerifier: (key: Buffer) => (refused = judge.judge(key)) === undefined,
    } satisfies ConnectConfig);
  } catch (error) {
    throw refused ?? loginFailure(error, connection);
  }
}

const END_MS = 2000;

/** Ends politely, and hard where the server does not answer that. */
async function endOf(ssh: Client): Promise<void> {
  const closed = new Promise<void>((resolve) => ssh.once('close', () => resolve()));
  ssh.end();
  const timer = setTimeout(() => ssh.destroy(), END_MS);
  await closed;
  clearTimeout(timer);
}

/** RSA keys sign by newer algorithms than their type is called. */
const algorithmsOf = (types: string[]): ServerHostKeyAlgorithm[] =>
  types.flatMap((type) =>
    type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'] : [type],
  ) as ServerHostKeyAlgorithm[];
