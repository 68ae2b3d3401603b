import { randomBytes } from 'node:crypto';
import { startHttpServer } from '../../../../src/sandbox/http/start-http-server.ts';

/**
 * Two ways to guard against forged requests, after their public descriptions. `/django`: a cookie `csrftoken` that a page
 * sets and that every POST repeats in `X-CSRFToken`; a login, answered with a redirect, gives another one and a session
 * (Django). `/odata`: a GET with `X-CSRF-Token: Fetch` is answered with a token in that header and the cookies of its
 * session; without both a POST gets 403 and `X-CSRF-Token: Required` (OData).
 */
export async function startCsrfServer() {
  const account = { username: 'ann', password: 'pass word:1' };
  const ledger = { logins: 0, refused: 0, writes: [] as string[], wrongHost: 0 };
  let faults: number[] = [];
  let csrf = '';
  let session = '';
  const fresh = (): string => randomBytes(8).toString('hex');
  const server = await startHttpServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString('utf8');
    const cookies = new Map(
      (request.headers.cookie ?? '').split('; ').map((pair) => pair.split('=') as [string, string]),
    );
    const answer = (status: number, headers: Record<string, string | string[]> = {}, value: unknown = {}): void => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify(value));
    };
    const refuse = (headers = {}): void => {
      ledger.refused += 1;
      answer(403, headers, { detail: `not ${JSON.stringify(request.headers)} ${body}` });
    };
    const isGuarded = cookies.get('csrftoken') === csrf && request.headers['x-csrftoken'] === csrf && csrf !== '';
    const [, kind, path] = (request.url ?? '').split('/');
    if (kind === 'django' && request.method === 'GET' && path === 'login') {
      csrf = fresh();
      return answer(200, { 'set-cookie': [`csrftoken=${csrf}; Path=/`, 'lang=en'] }, { next: 'sign-in' });
    }
    if (kind === 'django' && path === 'sign-in') {
      const fault = faults.shift();
      if (fault !== undefined) return answer(fault);
      const form = new URLSearchParams(body);
      if (!isGuarded || form.get('password') !== account.password) return refuse();
      ledger.logins += 1;
      [csrf, session] = [fresh(), fresh()];
      return answer(302, { location: '/', 'set-cookie': [`csrftoken=${csrf}`, `sessionid=${session}; HttpOnly`] });
    }
    if (kind === 'django') {
      if (!isGuarded || cookies.get('sessionid') !== session) return refuse();
      ledger.writes.push(body);
      return answer(201);
    }
    const basic = Buffer.from(`${account.username}:${account.password}`).toString('base64');
    if (request.headers.authorization !== `Basic ${basic}`) return answer(401);
    if (request.headers['x-csrf-token'] === 'Fetch') {
      ledger.logins += 1;
      [csrf, session] = [fresh(), fresh()];
      return answer(200, { 'x-csrf-token': csrf, 'set-cookie': [`SAP_SESSION=${session}; HttpOnly`] });
    }
    if (request.headers['x-csrf-token'] !== csrf || cookies.get('SAP_SESSION') !== session)
      return refuse({ 'x-csrf-token': 'Required' });
    ledger.writes.push(body);
    return answer(201);
  });
  return {
    url: server.url,
    account,
    ledger,
    /** Sessions are over before their time. */
    forget: () => void ([csrf, session] = [fresh(), fresh()]),
    /** Statuses of the next answers to a login. */
    failNext: (...statuses: number[]) => void (faults = statuses),
    secrets: () => [csrf, session, account.password],
    close: () => server.close(),
  };
}
