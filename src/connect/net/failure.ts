import { problem, type Problem } from '../../model/problem.ts';

/**
 * How an exchange failed. `notSent`: the server never saw the request. `lost`: it may have, and may have done it.
 * The reason is one phrase, without the address.
 */
export interface Failure {
  is: 'notSent' | 'lost';
  reason: string;
}

// Codes of node's net, dns and of undici, all from before the first byte of a request.
const notSent: Record<string, string> = {
  ECONNREFUSED: 'the connection was refused',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the name server did not answer',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  EADDRNOTAVAIL: 'this machine has no address to connect from',
  UND_ERR_CONNECT_TIMEOUT: 'connecting took too long',
};
const lost: Record<string, string> = {
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed while the request was sent',
  ETIMEDOUT: 'the connection timed out',
  UND_ERR_HEADERS_TIMEOUT: 'no answer came in time',
  UND_ERR_BODY_TIMEOUT: 'the answer stopped in the middle',
  UND_ERR_SOCKET: 'the connection was closed before the answer was whole',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the answer was shorter than announced',
};

/** Reads what undici threw; undefined for what is no failure of the network. Throws HTTP_CERTIFICATE, HTTP_ANSWER_TOO_LARGE. */
export function failureOf(error: unknown, url: URL): Failure | undefined {
  const code = codeOf(error);
  if (isCertificateFault(code)) throw certificateProblem(url, code, error);
  if (code === 'UND_ERR_HEADERS_OVERFLOW') throw headersTooLarge(url);
  const status = code === 'UND_ERR_ABORTED' ? /Proxy response \((\d+)\)/.exec(String(error))?.[1] : undefined;
  if (status) return { is: 'notSent', reason: `the proxy lets nothing through (${status})` };
  if (Object.hasOwn(notSent, code)) return { is: 'notSent', reason: notSent[code] ?? code };
  if (Object.hasOwn(lost, code)) return { is: 'lost', reason: lost[code] ?? code };
  if (code.startsWith('HPE_')) return { is: 'lost', reason: 'the answer is not HTTP' };
  if (code.includes('HANDSHAKE_FAILURE') || code.includes('CERTIFICATE_REQUIRED')) {
    return { is: 'notSent', reason: 'TLS could not be agreed on; the server may demand a client certificate' };
  }
  if (code.startsWith('ERR_SSL') || code === 'EPROTO') return { is: 'notSent', reason: 'TLS could not be agreed on' };
  return undefined;
}

/** Of the error, of one of its attempts (a name with several addresses), or of its cause. */
function codeOf(error: unknown): string {
  const { code, errors, cause } = error as { code?: unknown; errors?: unknown[]; cause?: unknown };
  if (typeof code === 'string') return code;
  if (errors?.[0] !== undefined) return codeOf(errors[0]);
  return cause === undefined ? '' : codeOf(cause);
}

const isCertificateFault = (code: string): boolean =>
  code.startsWith('CERT_') ||
  code.includes('SELF_SIGNED_CERT') ||
  code.startsWith('UNABLE_TO_') ||
  code === 'ERR_TLS_CERT_ALTNAME_INVALID';

function certificateProblem(url: URL, code: string, cause: unknown): Problem {
  return problem('HTTP_CERTIFICATE', `The certificate of ${url.host} is not trusted (${code}).`, {
    fix: 'Check the address. For an authority of your own, give its certificate as `http: { ca }` of the connection.',
    cause,
  });
}

function headersTooLarge(url: URL): Problem {
  return problem('HTTP_ANSWER_TOO_LARGE', `The headers of an answer of ${url.host} are larger than 16 KB.`, {
    fix: 'Ask whoever runs the server why it sends so much; cookies are the usual cause.',
  });
}
