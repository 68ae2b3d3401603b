import { fileFailed, fileProblem, problem, type Failure, type Problem } from '#sdk';

/** A place in sentences. */
export const place = ' on the server';

export const noFile = (path: string): Problem => fileProblem('missing', path, place);
export const noFolder = (path: string): Problem => fileProblem('noFolder', path, place);
export const denied = (path: string): Problem => fileProblem('denied', path, place);
export const taken = (path: string): Problem => fileProblem('taken', path, place);
export const isFolder = (path: string): Problem => fileProblem('isFolder', path, place);

/** Which problems a status means where it depends on what was asked; all others mean the same everywhere. */
export interface Meaning {
  /** 404 */
  absent: Problem;
  /** 409: a folder above is missing. */
  conflict?: Problem;
  /** 412: the name is taken. */
  condition?: Problem;
}

/** The problem of a status that says no. */
export function refusalOf(status: number, host: string, path: string, meaning: Meaning): Problem {
  if (status === 401) return authDenied(host);
  if (status === 403) return denied(path);
  if (status === 404 || status === 410) return meaning.absent;
  if (status === 409 && meaning.conflict) return meaning.conflict;
  if (status === 412 && meaning.condition) return meaning.condition;
  if (status === 423) return fileFailed(path, place, 'another client has locked it');
  if (status === 507) return fileProblem('diskFull', path, place);
  if (status === 405 || status === 501) return notDav(host, `it answers ${status} (method not allowed)`);
  if (status === 408 || status === 429 || (status >= 502 && status <= 504))
    return unreachable(host, `it answers ${status}`);
  return fileFailed(path, place, `the server answers ${status}`);
}

const authDenied = (host: string): Problem =>
  problem('WEBDAV_AUTH_DENIED', `${host} does not accept the login of the connection.`, {
    fix: 'Check user name and password, and whether the account is still open; some servers want a password made for applications.',
  });

/** What answers is no WebDAV server, or not at this address; `why` is one phrase. */
export const notDav = (host: string, why: string): Problem =>
  problem('WEBDAV_NOT_DAV', `${host} does not speak WebDAV at this address: ${why}.`, {
    fix: 'Check `url`: servers have a path of their own for WebDAV, often not the one that a browser shows.',
  });

export const redirected = (host: string, to: string): Problem =>
  problem('WEBDAV_REDIRECTED', `${host} redirects to ${to}, and the connection is for ${host} alone.`, {
    fix: 'If that is the right place, write it as `url` of the connection.',
  });

const unreachable = (host: string, reason: string): Problem =>
  problem('WEBDAV_UNREACHABLE', `${host} can not be reached: ${reason}.`, {
    fix: 'Check the address and firewall, and whether the server is up.',
  });

/** The network failed: before the server saw the request, or in the middle. */
export const lostTo =
  (host: string) =>
  ({ is, reason }: Failure): Problem =>
    is === 'notSent'
      ? unreachable(host, reason)
      : problem('WEBDAV_DROPPED', `The exchange with ${host} broke: ${reason}.`, {
          fix: 'Run again; if it comes back, ask for the time-outs of server and firewall.',
        });

/** In place of the HTTP client's own, whose advice is for connectors. */
export const certificateOf = (error: Problem): Problem =>
  problem('WEBDAV_CERTIFICATE', error.message, {
    fix: 'Check the address. For an authority of your own, give its certificate as `ca` of the connection.',
    cause: error.cause,
  });
