import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jumpingClock, item, never, openTarget } from '../workbench.ts';
import { startCsrfServer } from './csrf-server.ts';

let server: Awaited<ReturnType<typeof startCsrfServer>>;
beforeAll(async () => void (server = await startCsrfServer()));
afterAll(() => server.close());

const options = `
connection:
  properties: { url: { type: string }, username: { type: string }, password: { type: string, secret: true } }`;

const django = (more = '') => `
connector: school${options}
http:
  baseUrl: '{{$connection.url}}/django'
  headers: { X-CSRFToken: =$session.csrf }
  retry: { attempts: 1 }
  errors: [{ when: $status = 302, is: done }, { when: $status = 403, is: login${more} }]
  auth:
    login:
      do:
        - { get: /login, as: page }
        - post: /{{$page.next}}
          headers: { X-CSRFToken: =$cookies.csrftoken }
          form: { username: =$connection.username, password: =$connection.password, seen: =$status }
      session: "{ 'csrf': $cookies.csrftoken, 'from': $page.next }"
      use: cookies
write:
  people: { create: { request: { post: /people, json: { code: =code, from: =$session.from } } } }
`;

const odata = `
connector: sap${options}
http:
  baseUrl: '{{$connection.url}}/odata'
  headers:
    Authorization: ="Basic " & $base64($connection.username & ":" & $connection.password)
    X-CSRF-Token: =$session.token
  retry: { attempts: 1 }
  errors: [{ when: $status = 403 and $headers.\`x-csrf-token\` = 'Required', is: login }]
  auth:
    login:
      request: { get: /, headers: { X-CSRF-Token: Fetch } }
      session: "{ 'token': $headers.\`x-csrf-token\` }"
      use: cookies
write:
  people: { create: { request: { post: /people, json: { code: =code } } } }
`;

async function write(document: string, more: { password?: string; between?: () => void } = {}) {
  const { url, account } = server;
  const connection = { url, ...account, ...(more.password === undefined ? {} : { password: more.password }) };
  const target = await openTarget(document, 'people', connection, { clock: jumpingClock() });
  try {
    const batch = (once: string) => ({ once, operation: 'create' as const, items: [item({ code: once })] });
    const first = await target.write(batch('1'), never);
    more.between?.();
    return [first, await target.write(batch('2'), never)];
  } finally {
    await target.close();
  }
}

describe('a login in several requests', () => {
  it('carries cookies and answers from one to the next, and both into the session', async () => {
    const before = { ...server.ledger, writes: server.ledger.writes.length };
    const answers = await write(django());
    expect(answers).toMatchObject([{ outcomes: [{ is: 'delivered' }] }, { outcomes: [{ is: 'delivered' }] }]);
    expect(server.ledger.logins - before.logins).toBe(1);
    expect(server.ledger.refused - before.refused).toBe(0);
    expect(server.ledger.writes.slice(before.writes).map((text) => JSON.parse(text) as unknown)).toEqual([
      { code: '1', from: 'sign-in' },
      { code: '2', from: 'sign-in' },
    ]);
  });

  it('is made again as a whole when its session is over', async () => {
    const before = { ...server.ledger };
    await write(django(), { between: () => server.forget() });
    expect(server.ledger.logins - before.logins).toBe(2);
    expect(server.ledger.refused - before.refused).toBe(1);
  });

  it('begins anew where one of its requests can not be served for a moment', async () => {
    const before = { ...server.ledger };
    server.failNext(503);
    const document = django().replace('attempts: 1', 'attempts: 2');
    expect(await write(document)).toMatchObject([{ outcomes: [{ is: 'delivered' }] }, {}]);
    expect(server.ledger.logins - before.logins).toBe(1);
    expect(server.ledger.refused - before.refused).toBe(0);
  });

  it('that is refused says nothing of password, tokens and cookies, whatever the server repeats', async () => {
    const failure = await write(django(', reason: detail'), { password: 'wrong pass/word' }).catch(
      (error: unknown) => error as Error,
    );
    expect(failure).toMatchObject({ code: 'LOGIN_FAILED' });
    const told = JSON.stringify(failure) + (failure as Error).message;
    for (const secret of [...server.secrets(), 'wrong pass', 'wrong+pass']) expect(told).not.toContain(secret);
  });

  it('reads a token out of a header, as OData gives it', async () => {
    const before = { ...server.ledger };
    const answers = await write(odata, { between: () => server.forget() });
    expect(answers).toMatchObject([{ outcomes: [{ is: 'delivered' }] }, { outcomes: [{ is: 'delivered' }] }]);
    expect(server.ledger.logins - before.logins).toBe(2);
  });
});
