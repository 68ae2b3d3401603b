import type { AuthContext, ParsedKey, PublicKeyAuthContext } from 'ssh2';
import { timingSafeEqual } from 'node:crypto';

/** Who may log in: by password, by key, or by either. */
export interface Account {
  username: string;
  password?: string;
  publicKey?: ParsedKey;
}

/** True when this attempt of a client is right. */
export function isRight(attempt: AuthContext, account: Account): boolean {
  if (attempt.username !== account.username) return false;
  if (attempt.method === 'password')
    return account.password !== undefined && isSame(attempt.password, account.password);
  return attempt.method === 'publickey' && account.publicKey !== undefined && isOwner(attempt, account.publicKey);
}

/** The methods that the account can be entered by. */
export function methodsOf(account: Account): ('password' | 'publickey')[] {
  return [
    ...(account.publicKey ? (['publickey'] as const) : []),
    ...(account.password === undefined ? [] : (['password'] as const)),
  ];
}

/** A client first asks whether the key would do, without a signature, and then proves that it has it. */
function isOwner(attempt: PublicKeyAuthContext, key: ParsedKey): boolean {
  if (!isSame(attempt.key.data, key.getPublicSSH())) return false;
  if (!attempt.signature || !attempt.blob) return true;
  return key.verify(attempt.blob, attempt.signature, attempt.hashAlgo) === true;
}

function isSame(left: string | Buffer, right: string | Buffer): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
