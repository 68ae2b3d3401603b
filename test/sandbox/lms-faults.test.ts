import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { lmsUnderTest, newUser } from './lms-client.ts';

describe('faults of the sandbox LMS', async () => {
  const { lms, send } = await lmsUnderTest();
  for (let number = 1; number <= 200; number += 1) lms.users.create(newUser(number));
  let lastNumber = 200;
  const nextUser = () => newUser((lastNumber += 1));
  const statuses = async (count: number, path: string) => {
    const found: number[] = [];
    for (let index = 0; index < count; index += 1) found.push((await send('GET', path)).status);
    return found;
  };

  afterEach(() => {
    expect(lms.faults.waiting).toBe(0);
    lms.faults.onCommitted = undefined;
    lms.faults.onReceived = undefined;
  });

  it('errors hit the next requests that match, and nothing is done', async () => {
    lms.faults.add({ kind: 'status', status: 503, times: 2, skip: 1, method: 'GET', path: '/me' });
    expect(await statuses(1, '/groups')).toEqual([200]);
    expect(await statuses(4, '/me')).toEqual([200, 503, 503, 200]);
    lms.faults.add({ kind: 'status', status: 500, method: 'POST', path: /^\/users/ });
    const before = lms.users.all.length;
    expect((await send('POST', '/users', nextUser())).body.error.code).toBe('internal');
    expect(lms.users.all).toHaveLength(before);
  });

  it('429 says how long to wait', async () => {
    lms.faults.add({ kind: 'status', status: 429, retryAfterSeconds: 3 });
    const { status, headers, body } = await send('GET', '/me');
    expect([status, headers.get('retry-after'), body.error.code]).toEqual([429, '3', 'rate_limited']);
  });

  it('page 7 of 20 fails, the others do not', async () => {
    lms.faults.add({ kind: 'status', status: 500, path: '/users', page: 7 });
    const found: number[] = [];
    let cursor = '';
    for (let page = 1; page <= 7; page += 1) {
      const { status, body } = await send('GET', `/users?limit=10${cursor && `&cursor=${cursor}`}`);
      found.push(status);
      cursor = body.meta?.next ?? cursor;
    }
    expect(found).toEqual([200, 200, 200, 200, 200, 200, 500]);
    expect((await send('GET', `/users?limit=10&cursor=${cursor}`)).body.items[0].id).toBe('u_000061');
  });

  it('an overlapping page repeats the end of the page before', async () => {
    lms.faults.add({ kind: 'overlap', items: 3, path: '/users', page: 2 });
    const first = await send('GET', '/users?limit=10');
    const second = await send('GET', `/users?limit=10&cursor=${first.body.meta.next}`);
    const ids = second.body.items.map(({ id }: { id: string }) => id);
    expect(ids.slice(0, 4)).toEqual(['u_000008', 'u_000009', 'u_000010', 'u_000011']);
  });

  it('a reset comes before anything is done', async () => {
    lms.faults.add({ kind: 'reset', method: 'POST' });
    const before = lms.users.all.length;
    await expect(send('POST', '/users', nextUser())).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
    expect(lms.users.all).toHaveLength(before);
  });

  it('an answer is lost after the work was done, so the same create is then a conflict', async () => {
    for (const kind of ['loseAnswer', 'cutAnswer'] as const) {
      lms.faults.add({ kind, method: 'POST' });
      const users = [nextUser()];
      await expect(send('POST', '/users/batch', { users }), kind).rejects.toThrow();
      expect(lms.users.find('externalId', users[0]!.externalId!), kind).toBeDefined();
      const again = await send('POST', '/users/batch', { users });
      expect(again.body.results[0].code).toBe('duplicate_external_id');
    }
    expect(lms.ledger.requests.filter(({ status }) => status === null).length).toBeGreaterThanOrEqual(2);
  });

  it('HTML comes with 200 where JSON was promised, and nothing is done', async () => {
    lms.faults.add({ kind: 'html' });
    const before = lms.users.all.length;
    const { status, headers, text } = await send('POST', '/users', nextUser());
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(text).toContain('<html>');
    expect(lms.users.all).toHaveLength(before);
  });

  it('a slow answer comes late, and another fault still applies', async () => {
    lms.faults.add({ kind: 'slow', delayMs: 60 }, { kind: 'slow', delayMs: 60 }, { kind: 'status', status: 500 });
    const startedAt = performance.now();
    expect((await send('GET', '/me')).status).toBe(500);
    expect(performance.now() - startedAt).toBeGreaterThan(110);
  });

  it('hooks stand before the work and between commit and answer', async () => {
    const order: string[] = [];
    const user = nextUser();
    const isThere = () => lms.users.find('externalId', user.externalId!) !== undefined;
    lms.faults.onReceived = ({ path }) => void order.push(`received ${path}: ${isThere()}`);
    let go = () => {};
    const gate = new Promise<void>((resolve) => (go = resolve));
    lms.faults.onCommitted = async ({ path, body }) => {
      await gate;
      order.push(`committed ${path}: ${isThere()}, ${JSON.parse(body.toString()).users.length}`);
    };
    const answered = send('POST', '/users/batch', { users: [user] }).then(() => order.push('answered'));
    // Time enough for an answer that does not wait for the hook.
    await delay(50);
    go();
    await answered;
    expect(order).toEqual(['received /users/batch: false', 'committed /users/batch: true, 1', 'answered']);
    await send('GET', '/users');
    expect(order.filter((step) => step.startsWith('committed'))).toHaveLength(1);
  });

  it('a client that dies between commit and answer leaves the work done and the server running', async () => {
    const user = nextUser();
    const client = new AbortController();
    lms.faults.onCommitted = async () => {
      client.abort();
      await delay(20);
    };
    const headers = { Authorization: `Bearer ${lms.token}`, 'Content-Type': 'application/json' };
    const body = JSON.stringify(user);
    const request = fetch(`${lms.url}/users`, { method: 'POST', headers, body, signal: client.signal });
    await expect(request).rejects.toThrow('abort');
    await expect.poll(() => lms.users.find('externalId', user.externalId!)).toBeDefined();
    lms.faults.onCommitted = undefined;
    expect((await send('POST', '/users', user)).status).toBe(409);
  });

  it('a request that is cut in its body does nothing', async () => {
    const before = { users: lms.users.all.length, requests: lms.ledger.counts.requests };
    const { hostname, port } = new URL(lms.url);
    const socket = connect(Number(port), hostname);
    const head = `POST /api/v1/users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${lms.token}\r\n`;
    socket.write(`${head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"login"`);
    await expect.poll(() => lms.ledger.counts.requests).toBe(before.requests + 1);
    socket.destroy();
    expect((await send('GET', '/me')).status).toBe(200);
    expect(lms.users.all).toHaveLength(before.users);
    expect(lms.ledger.requests.at(-2)).toMatchObject({ path: '/users', status: null });
  });

  it('faults that were not needed can be taken back', async () => {
    lms.faults.add({ kind: 'reset', times: Infinity });
    lms.faults.clear();
    expect(await statuses(1, '/me')).toEqual([200]);
  });

  it('the ledger knows how many requests were in work at one time', async () => {
    lms.faults.add({ kind: 'slow', delayMs: 50, times: 4 });
    await Promise.all(Array.from({ length: 4 }, () => send('GET', '/me')));
    expect(lms.ledger.peakInFlight).toBe(4);
    expect(lms.ledger.counts.requests).toBe(lms.ledger.requests.length);
  });
});
