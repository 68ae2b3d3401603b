import { isProblem, problem, type Problem, type Scrub } from '#sdk';
import { portOf, type FtpConnection } from './connection.ts';
import { isReply, wordsOf, type FtpReply } from './failure.ts';

/** The step that failed: only there does a reply's number say what it means. */
export type LoginStep = 'connect' | 'encrypt' | 'login' | 'settings';

/** Why connecting or logging in failed, in words that a person can act on. */
export function loginFailure(error: unknown, step: LoginStep, connection: FtpConnection, scrub: Scrub): Problem {
  if (isProblem(error)) return error;
  const certificate = certificateProblem(error, connection);
  if (certificate) return certificate;
  if (!isReply(error)) return unreachable(connection, reasonOf(error, step), error);
  if (step === 'encrypt') return noEncryption(connection, error);
  if (step === 'login' && error.code !== 421) return authDenied(connection, error, scrub);
  return unreachable(connection, `it answers “${scrub(wordsOf(error))}”`, error);
}

/** FTP_CERTIFICATE, where TLS was refused by this side. */
export function certificateProblem(error: unknown, connection: FtpConnection): Problem | undefined {
  const { code } = error as { code?: unknown };
  if (typeof code !== 'string' || !/^CERT_|SELF_SIGNED_CERT|^UNABLE_TO_|^ERR_TLS_CERT/.test(code)) return undefined;
  return problem('FTP_CERTIFICATE', `The certificate of ${addressOf(connection)} is not trusted (${code}).`, {
    fix: 'Check the address. For an authority of your own, give its certificate as `ca` of the connection.',
    cause: error,
  });
}

function authDenied(connection: FtpConnection, reply: FtpReply, scrub: Scrub): Problem {
  const words = scrub(wordsOf(reply));
  const isOpen = connection.encryption === 'none' && /encrypt|TLS|SSL/i.test(words);
  return problem(
    'FTP_AUTH_DENIED',
    `${addressOf(connection)} refuses the login of ${connection.username}: it answers “${words}”.`,
    {
      fix: isOpen
        ? 'Leave out `encryption: none`: the server speaks to nobody without TLS.'
        : 'Check user name and password, and whether the account is still open.',
      cause: Object.assign(new Error(words), { code: reply.code }),
    },
  );
}

const noEncryption = (connection: FtpConnection, reply: FtpReply): Problem =>
  problem(
    'FTP_NOT_ENCRYPTED',
    `${addressOf(connection)} does not offer encryption (AUTH TLS is answered by ${reply.code}), so no password was sent.`,
    {
      fix: 'Ask for FTPS or SFTP. Only where everybody on the way may read password and files: `encryption: none`.',
      cause: reply,
    },
  );

const unreachable = (connection: FtpConnection, reason: string, cause: unknown): Problem =>
  problem('FTP_UNREACHABLE', `${addressOf(connection)} can not be reached: ${reason}.`, {
    fix: 'Check host, port, `encryption` and firewall, and whether the server is up.',
    cause,
  });

export const addressOf = (connection: FtpConnection): string => `${connection.host}:${portOf(connection)}`;

function reasonOf(error: unknown, step: LoginStep): string {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  if (code === 'ECONNREFUSED') return 'nothing listens there';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'the name is not known';
  if (code === 'ETIMEDOUT' || /timeout/i.test(message)) return 'no answer in time';
  if (/^ERR_SSL|EPROTO/.test(code))
    return 'TLS could not be agreed on, often as `explicit` and `implicit` are mixed up or the port is the other one’s';
  if (step === 'encrypt') return 'the connection was closed while TLS was agreed on';
  return /clos|FIN|ECONNRESET|EPIPE/.test(`${code} ${message}`)
    ? 'the connection was closed'
    : code || 'it does not answer as an FTP server does';
}
