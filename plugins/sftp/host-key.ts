import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { problem, type Problem } from '#sdk';
import type { SftpConnection } from './connection.ts';
import { knownKeys } from './known-hosts.ts';

/** Judges the key that a server shows. */
export interface HostKeyJudge {
  /** Types of keys that are known, best first: the server is asked for one of these. */
  types?: string[];
  /** Types to ask for one by one where the key shown first is not the right one. */
  otherTypes?: string[];
  /** Undefined when it is the right key; else SFTP_HOST_KEY_UNKNOWN or SFTP_HOST_KEY_CHANGED. */
  judge(key: Buffer): Problem | undefined;
}

/** By fingerprint where the connection has one, else by known_hosts; without either every key is unknown. */
export async function hostKeyJudge(connection: SftpConnection, folder: string): Promise<HostKeyJudge> {
  const { host, port = 22, hostKey, knownHosts } = connection;
  const address = port === 22 ? host : `${host}:${port}`;
  if (hostKey !== undefined) {
    const expected = hostKey.replace(/=$/, '');
    const otherTypes = ['ssh-rsa', 'ecdsa-sha2-nistp256', 'ssh-ed25519'];
    return { otherTypes, judge: (key) => (fingerprintOf(key) === expected ? undefined : changed(address, key)) };
  }
  if (knownHosts === undefined) return { judge: (key) => unknown(address, key, 'and nothing says which it should be') };

  const text = await readFile(resolve(folder, knownHosts), 'utf8').catch((cause: unknown) => {
    throw problem('SFTP_HOST_KEY_UNKNOWN', `The file ${knownHosts} of known hosts can not be read.`, {
      fix: 'Check `knownHosts`, or name the fingerprint as `hostKey`.',
      cause,
    });
  });
  const keys = knownKeys(text, host, port);
  const valid = keys.filter(({ isRevoked }) => !isRevoked);
  return {
    ...(valid.length > 0 ? { types: [...new Set(valid.map(({ type }) => type))] } : {}),
    judge(key) {
      const base64 = key.toString('base64');
      if (keys.some((known) => known.isRevoked && known.base64 === base64)) return changed(address, key);
      if (valid.length === 0) return unknown(address, key, `and ${knownHosts} does not name this server`);
      return valid.some((known) => known.base64 === base64) ? undefined : changed(address, key);
    },
  };
}

/** As `ssh-keygen -l` prints it. */
const fingerprintOf = (key: Buffer): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;

const unknown = (address: string, key: Buffer, why: string): Problem =>
  problem('SFTP_HOST_KEY_UNKNOWN', `${address} shows the key ${fingerprintOf(key)}, ${why}.`, {
    fix: 'Ask the administrator of the server whether that is its fingerprint, and name it as `hostKey`.',
  });

const changed = (address: string, key: Buffer): Problem =>
  problem('SFTP_HOST_KEY_CHANGED', `${address} shows the key ${fingerprintOf(key)}, and another one is expected.`, {
    fix: 'The server was set up anew, or somebody stands in between: ask its administrator before you change the key.',
  });
