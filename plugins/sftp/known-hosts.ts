import { createHmac } from 'node:crypto';

/** One key that a known_hosts file names for a server. */
export interface KnownKey {
  /** `ssh-ed25519`, `ssh-rsa`, `ecdsa-sha2-nistp256` … */
  type: string;
  base64: string;
  isRevoked: boolean;
}

/**
 * The keys that a known_hosts file names for a host and port: plain, `[host]:port`, patterns with `*`, `?` and `!`, and
 * hashed names (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"). Lines of certificate authorities are passed over.
 */
export function knownKeys(text: string, host: string, port: number): KnownKey[] {
  const name = port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
  const keys: KnownKey[] = [];
  for (const line of text.split('\n')) {
    const words = line.trim().split(/\s+/);
    if (words[0] === '' || words[0]!.startsWith('#')) continue;
    const marker = words[0]!.startsWith('@') ? words.shift() : undefined;
    const [hosts, type, base64] = words;
    if (marker === '@cert-authority' || !hosts || !type || !base64 || !isNamed(hosts, name)) continue;
    keys.push({ type, base64, isRevoked: marker === '@revoked' });
  }
  return keys;
}

function isNamed(hosts: string, name: string): boolean {
  if (hosts.startsWith('|1|')) return isHashOf(hosts, name);
  const patterns = hosts.toLowerCase().split(',');
  if (patterns.some((pattern) => pattern.startsWith('!') && matches(pattern.slice(1), name))) return false;
  return patterns.some((pattern) => matches(pattern, name));
}

function isHashOf(hosts: string, name: string): boolean {
  const [, , salt = '', hash] = hosts.split('|');
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}

const matches = (pattern: string, name: string): boolean =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*+/g, '.*')
      .replace(/\?/g, '.')}$`,
  ).test(name);
