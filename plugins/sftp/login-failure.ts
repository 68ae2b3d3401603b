import { problem, type Problem } from '#sdk';
import type { SftpConnection } from './connection.ts';

/** Why connecting or logging in failed, in words that a person can act on. */
export function loginFailure(error: unknown, { host, port = 22, username }: SftpConnection): Problem {
  const { message = '', code = '', level = '' } = error as { message?: string; code?: string; level?: string };
  if (level === 'client-authentication' || /authentication methods failed/i.test(message))
    return problem('SFTP_AUTH_DENIED', `${host} refuses the login of ${username}.`, {
      fix: 'Check user name and password or key, and whether the account is still open.',
      cause: error,
    });
  if (/privateKey|passphrase|private key/i.test(message))
    return problem('SFTP_KEY_UNREADABLE', `The private key for ${host} can not be read: ${keyFault(message)}.`, {
      fix: 'Give the whole key in the OpenSSH or PEM format, and its passphrase where it has one.',
    });
  return problem('SFTP_UNREACHABLE', `${host}:${port} can not be reached: ${reasonOf(code, message)}.`, {
    fix: 'Check host, port and firewall, and whether the server is up.',
    cause: error,
  });
}

const keyFault = (message: string): string =>
  /passphrase|bad decrypt|integrity check/i.test(message)
    ? 'the passphrase is missing or wrong'
    : 'its format is not known';

function reasonOf(code: string, message: string): string {
  if (code === 'ECONNREFUSED' || /refused connection/.test(message)) return 'nothing listens there';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || /lookup failed/.test(message)) return 'the name is not known';
  if (code === 'ETIMEDOUT' || /timed out/i.test(message)) return 'no answer in time';
  if (/no matching/i.test(message)) return 'client and server have no algorithm in common';
  return /ended|closed|reset|end event|close event/i.test(message) ? 'the connection was closed' : code || message;
}
