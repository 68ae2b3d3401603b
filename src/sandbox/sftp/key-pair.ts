import ssh2 from 'ssh2';

export interface KeyPairOptions {
  type?: 'ed25519' | 'rsa' | undefined;
  /** Seals the private half. */
  passphrase?: string;
}

/** Both halves in OpenSSH's notation. */
export interface KeyPair {
  private: string;
  public: string;
}

/**
 * A new SSH key, ed25519 unless said otherwise. ssh2 1.17 cuts zero bytes off the head of a public ed25519 key, so that
 * one in 256 can't be read by anybody: such a pair is made anew.
 */
export function newKeyPair({ type = 'ed25519', passphrase }: KeyPairOptions = {}): KeyPair {
  const sealing = passphrase === undefined ? undefined : { passphrase, cipher: 'aes256-ctr', rounds: 4 };
  const { generateKeyPairSync } = ssh2.utils;
  for (;;) {
    const pair =
      type === 'rsa' ? generateKeyPairSync('rsa', { bits: 2048, ...sealing }) : generateKeyPairSync('ed25519', sealing);
    if (isReadable(pair.public) && isReadable(pair.private, passphrase)) return pair;
  }
}

const isReadable = (half: string, passphrase?: string): boolean =>
  !(ssh2.utils.parseKey(half, passphrase) instanceof Error);
