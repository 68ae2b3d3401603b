import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { resolve } from 'node:path';
import ssh2, { type ParsedKey } from 'ssh2';
import { serveConnection } from './connection.ts';
import type { SessionContext } from './file-session.ts';
import { newKeyPair } from './key-pair.ts';
import type { SftpFaults, SftpLedger } from './ledger.ts';
import type { Account } from './login.ts';

/** Options of the server. Without password and key nobody gets in. */
export interface SftpServerOptions {
  /** Folder that clients see as `/`; made when it is absent. */
  root: string;
  username: string;
  password?: string;
  /** OpenSSH public key that may log in. */
  publicKey?: string;
  /** Private key of the server (OpenSSH or PEM); by default one is made, of `hostKeyType`. */
  hostKey?: string;
  hostKeyType?: 'ed25519' | 'rsa';
  /** 0 takes a free port. */
  port?: number;
  now?: () => Date;
}

/** A running server on 127.0.0.1. */
export interface SftpServer {
  host: string;
  port: number;
  /** sftp://USER@127.0.0.1:PORT */
  url: string;
  root: string;
  username: string;
  /** `SHA256:…` as ssh prints it. */
  hostKeyFingerprint: string;
  /** The line for a `known_hosts` file. */
  knownHostsLine: string;
  /** The private key; given to the next server on another start, clients see the same host. */
  hostKey: string;
  ledger: SftpLedger;
  faults: SftpFaults;
  close(): Promise<void>;
}

/** Starts an SFTP server over a real folder. */
export async function startSftpServer(options: SftpServerOptions): Promise<SftpServer> {
  const { username, port = 0, now = () => new Date() } = options;
  const root = resolve(options.root);
  await mkdir(root, { recursive: true });
  const hostKey = options.hostKey ?? newKeyPair({ type: options.hostKeyType }).private;
  const publicHostKey = parseKey(hostKey);
  const account: Account = {
    username,
    ...(options.password !== undefined && { password: options.password }),
    ...(options.publicKey !== undefined && { publicKey: parseKey(options.publicKey) }),
  };
  const ledger: SftpLedger = { operations: [], bytesRead: 0, bytesWritten: 0, logins: 0, refusedLogins: 0 };
  const faults: SftpFaults = {
    refuseLogins: 0,
    dropAfterBytes: undefined,
    fullAfterBytes: undefined,
    onOperation: undefined,
  };
  const sockets = new Set<Socket>();
  const sessions = new Set<Promise<void>>();

  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    const context: SessionContext = { root, ledger, faults, now, drop: () => socket.destroy() };
    // One ssh2 server for each socket, so that a connection can be dropped like a torn cable.
    const ssh = new ssh2.Server({ hostKeys: [hostKey] }, (connection) =>
      serveConnection(connection, account, context, (session) => {
        sessions.add(session);
        void session.finally(() => sessions.delete(session));
      }),
    );
    ssh.on('error', () => socket.destroy());
    ssh.injectSocket(socket);
  });
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(port, '127.0.0.1', done);
  });
  const { port: taken } = server.address() as AddressInfo;
  const publicBytes = publicHostKey.getPublicSSH();

  return {
    host: '127.0.0.1',
    port: taken,
    url: `sftp://${encodeURIComponent(username)}@127.0.0.1:${taken}`,
    root,
    username,
    hostKeyFingerprint: `SHA256:${createHash('sha256').update(publicBytes).digest('base64').replace(/=+$/, '')}`,
    knownHostsLine: `[127.0.0.1]:${taken} ${publicHostKey.type} ${publicBytes.toString('base64')}`,
    hostKey,
    ledger,
    faults,
    close: async () => {
      const closed = new Promise<void>((done) => server.close(() => done()));
      for (const socket of sockets) socket.destroy();
      await closed;
      await Promise.all(sessions);
    },
  };
}

function parseKey(text: string): ParsedKey {
  const key = ssh2.utils.parseKey(text);
  if (key instanceof Error) throw key;
  return Array.isArray(key) ? (key as ParsedKey[])[0]! : key;
}
