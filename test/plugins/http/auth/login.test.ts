import { afterEach, describe, expect, it } from 'vitest';
import { startHttpServer } from '../../../../src/sandbox/http/start-http-server.ts';
import { bench } from '../../../store/workbench.ts';
import { item, jumpingClock, never, openRead, openTarget, readAll } from '../workbench.ts';
import { connectionTo, rotatingDocument, startRotatingApi, type RotatingApi } from './rotating-api.ts';

const opened: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

async function start(options?: { expiresIn?: number }): Promise<RotatingApi> {
  const api = await startRotatingApi(options);
  opened.push(() => api.close());
  return api;
}

function store() {
  const made = bench();
  opened.push(() => made.remove());
  return made.open();
}

const read = async (api: RotatingApi, document = rotatingDocument(), more: Parameters<typeof openRead>[3] = {}) =>
  (await readAll(await openRead(document, 'people', connectionTo(api), more))).records;

describe('a login', () => {
  it.each([
    ['bearer', "{ bearer: '{{$session.access_token}}' }"],
    ['header', "{ header: { X-Token: '{{$session.access_token}}' } }"],
    ['query', '{ query: { auth: =$session.access_token } }'],
    ['cookies', 'cookies'],
  ])('is carried by every request as %s', async (_name, use) => {
    const api = await start();
    expect(await read(api, rotatingDocument({ use }))).toEqual([{ code: 'c1' }]);
    expect(api.ledger).toMatchObject({ logins: 1, refused: 0, calls: 1 });
  });

  it('is made when something is asked for, and not when a connection is opened', async () => {
    const api = await start();
    const source = await openRead(rotatingDocument(), 'people', connectionTo(api));
    await source.close();
    expect(api.ledger.logins).toBe(0);
  });

  it('is made once for requests that go out together', async () => {
    const api = await start();
    const target = await openTarget(rotatingDocument(), 'people', connectionTo(api));
    const batches = ['1', '2', '3', '4'].map((once) => ({
      once,
      operation: 'create' as const,
      items: [item({ code: once })],
    }));
    await Promise.all(batches.map((batch) => target.write(batch, never)));
    await target.close();
    expect(api.ledger).toMatchObject({ logins: 1, calls: 4, refused: 0 });
  });

  it('serves the next run out of the store, and the run after its end by the rotated refresh token', async () => {
    const api = await start();
    const clock = jumpingClock();
    const sessions = store();
    await read(api, rotatingDocument(), { clock, sessions });
    await read(api, rotatingDocument(), { clock, sessions });
    expect(api.ledger.logins).toBe(1);
    await clock.sleep(3600_000);
    await read(api, rotatingDocument(), { clock, sessions });
    expect(api.ledger).toMatchObject({ logins: 2, reused: 0, refused: 0 });
    expect([...api.ledger.uses.values()]).toEqual([1, 1]);
  });

  it('is renewed before its end, so that no request comes too late', async () => {
    const api = await start();
    const clock = jumpingClock();
    const sessions = store();
    await read(api, rotatingDocument(), { clock, sessions });
    await clock.sleep(3600_000 - 60_001);
    await read(api, rotatingDocument(), { clock, sessions });
    expect(api.ledger.logins).toBe(1);
    await clock.sleep(1);
    await read(api, rotatingDocument(), { clock, sessions });
    expect(api.ledger).toMatchObject({ logins: 2, refused: 0 });
  });

  it('that the API ended early is made anew, once, and the request again', async () => {
    const api = await start();
    const sessions = store();
    await read(api, rotatingDocument(), { sessions });
    api.revokeAccess();
    expect(await read(api, rotatingDocument(), { sessions })).toEqual([{ code: 'c1' }]);
    expect(api.ledger).toMatchObject({ logins: 2, refused: 1, reused: 0 });
  });

  it('that is refused right after it was made fails the run, and is made no third time', async () => {
    const api = await start();
    api.intercept = ({ path }) => (path === '/people' ? { status: 401 } : undefined);
    await expect(read(api)).rejects.toMatchObject({
      code: 'HTTP_UNAUTHORIZED',
      message: expect.stringContaining('just logged in'),
    });
    expect(api.ledger.logins).toBe(2);
  });

  it('ends by a declared error too, for the record that was being written as well', async () => {
    const api = await start();
    const document = rotatingDocument({
      more: "\n  errors: [{ when: error = 'expired_token' and $status = 200, is: login }]",
    });
    const target = await openTarget(document, 'people', connectionTo(api));
    let answers = 0;
    api.intercept = ({ path }) =>
      path === '/people' && (answers += 1) === 1 ? { body: { error: 'expired_token' } } : undefined;
    const batch = { once: '1', operation: 'create' as const, items: [item({ code: 'a' })] };
    expect(await target.write(batch, never)).toMatchObject({ outcomes: [{ is: 'delivered' }] });
    await target.close();
    expect(api.ledger).toMatchObject({ logins: 2, reused: 0 });
  });

  it('that is not let in fails with what the standard calls it, and with no secret', async () => {
    const api = await start();
    api.revokeRefresh();
    const failure = (await read(api).catch((error: unknown) => error)) as Error;
    expect(failure).toMatchObject({ code: 'LOGIN_FAILED', nothingDone: true });
    expect(failure.message).toMatch(/does not let connection lms log in: it answered 400 \(invalid_grant\)/);
    expect(JSON.stringify(failure) + failure.message).not.toMatch(/refresh-|client-secret-1/);
  });

  it('holds no value of the session in the reject of a record', async () => {
    const api = await start();
    const target = await openTarget(rotatingDocument(), 'people', connectionTo(api));
    api.intercept = ({ path, headers }) =>
      path === '/people' ? { status: 422, body: { message: `what is ${headers.authorization}?` } } : undefined;
    const batch = { once: '1', operation: 'create' as const, items: [item({ code: 'a' })] };
    const answer = JSON.stringify(await target.write(batch, never));
    await target.close();
    expect(answer).toContain('422');
    expect(answer).not.toContain(api.accessToken());
  });

  it('tries again where the login can not be asked for a moment', async () => {
    const api = await start();
    const clock = jumpingClock();
    let answers = 0;
    api.intercept = ({ path }) =>
      path === '/token' && (answers += 1) < 3 ? { status: 503, headers: { 'retry-after': '7' } } : undefined;
    const document = rotatingDocument().replace('attempts: 1', 'attempts: 3');
    expect(await read(api, document, { clock })).toEqual([{ code: 'c1' }]);
    expect(clock.waits).toEqual([7000, 7000]);
  });

  it('whose document was corrected since is made anew instead of used', async () => {
    const api = await start();
    const sessions = store();
    const wrong = rotatingDocument({ login: '\n      session: "{ \'refresh_token\': refresh_token }"' });
    await expect(read(api, wrong, { sessions })).rejects.toMatchObject({ code: 'LOGIN_FAILED' });
    expect(await read(api, rotatingDocument(), { sessions })).toEqual([{ code: 'c1' }]);
    expect(api.ledger).toMatchObject({ logins: 2, reused: 0 });
  });

  it.each([
    ['expires: soon', '`expires` is neither'],
    ['session: nothing', 'nothing at `session`'],
  ])('with %s says so', async (line, sentence) => {
    const api = await start();
    const text = rotatingDocument({ login: line.startsWith('session') ? `\n      ${line}` : '' });
    const document = line.startsWith('expires') ? text.replace('expires: expires_in', 'expires: "\'soon\'"') : text;
    await expect(read(api, document)).rejects.toMatchObject({
      code: 'LOGIN_FAILED',
      message: expect.stringContaining(sentence),
    });
  });
});

describe('$session', () => {
  it('stands in headers, queries and bodies of requests', async () => {
    const api = await start();
    const seen: unknown[] = [];
    api.intercept = ({ path, headers, query, form }) => {
      if (path === '/people') seen.push(headers['x-csrf'], query.get('k'), [...form.keys()][0]);
      return undefined;
    };
    const document = rotatingDocument({
      more: '\n  headers: { X-CSRF: =$session.csrf }\n  query: { k: =$session.csrf }',
    }).replace('json: =$item', 'json: { t: =$session.csrf }');
    const target = await openTarget(document, 'people', connectionTo(api));
    await target.write({ once: '1', operation: 'create', items: [item({ code: 'a' })] }, never);
    api.revokeAccess();
    await target.write({ once: '2', operation: 'create', items: [item({ code: 'b' })] }, never);
    await target.close();
    const csrf = `csrf-${api.accessToken()}`;
    expect(seen.slice(-3)).toEqual([csrf, csrf, JSON.stringify({ t: csrf })]);
  });

  it('says where requests go, if hosts has it, and they carry the login there', async () => {
    const api = await start();
    const paths: string[] = [];
    api.intercept = ({ path }) => void paths.push(path);
    const document = rotatingDocument({ base: "'{{$session.endpoint}}'", more: '\n  hosts: [127.0.0.1]' });
    const { port } = new URL(api.url);
    expect(await read(api, document.replace('hosts: [127.0.0.1]', `hosts: ['127.0.0.1:${port}']`))).toEqual([
      { code: 'c1' },
    ]);
    expect(paths).toEqual(['/token', '/portal/people']);
  });

  it('that names a host which the document does not is refused before anything is sent there', async () => {
    const api = await start();
    let reached = 0;
    const other = await startHttpServer(async (_request, response) => {
      reached += 1;
      response.end('{}');
    });
    opened.push(() => other.close());
    api.intercept = ({ path }) =>
      path === '/token' ? { body: { access_token: 'x', endpoint: other.url } } : undefined;
    const document = rotatingDocument({ base: "'{{$session.endpoint}}'" }).replace('expires: expires_in', 'session: $');
    await expect(read(api, document)).rejects.toMatchObject({ code: 'HTTP_HOST_REFUSED' });
    expect(reached).toBe(0);
  });
});
