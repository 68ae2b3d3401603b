import { describe, expect, it } from 'vitest';
import { lmsUnderTest, newUser } from './lms-client.ts';

describe('lists and rules of the sandbox LMS', async () => {
  let clock = Date.parse('2026-11-24T02:30:00Z');
  const { lms, send } = await lmsUnderTest({ now: () => new Date(clock) });
  for (let number = 1; number <= 25; number += 1) lms.users.create(newUser(number));

  async function readAll(query: string): Promise<string[][]> {
    const pages: string[][] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body } = await send('GET', `/users?${query}${cursor && `&cursor=${cursor}`}`);
      pages.push(body.items.map(({ id }: { id: string }) => id));
      cursor = body.meta.next;
    }
    return pages;
  }

  it('pages follow each other by cursor up to the total', async () => {
    const pages = await readAll('limit=10');
    expect(pages.map((page) => page.length)).toEqual([10, 10, 5]);
    expect(pages.flat()).toEqual(lms.users.all.map(({ id }) => id));
    const { body } = await send('GET', '/users?limit=10');
    expect(body.meta).toMatchObject({ total: 25, limit: 10 });
    expect((await send('GET', '/users')).body.meta).toEqual({ total: 25, next: null, limit: 100 });
    expect(await readAll('limit=5')).toHaveLength(5);
  });

  it('a person who comes while the list is read is at its end', async () => {
    const first = await send('GET', '/users?limit=20');
    lms.users.create(newUser(26));
    const second = await send('GET', `/users?limit=20&cursor=${first.body.meta.next}`);
    expect(second.body.items.map(({ externalId }: { externalId: string }) => externalId).at(-1)).toBe('000026');
    expect(second.body.meta.total).toBe(26);
  });

  it('filters hold for items, total and cursor', async () => {
    for (const id of ['u_000002', 'u_000020', 'u_000025']) lms.users.setStatus(id, 'blocked');
    expect(await readAll('limit=2&status=blocked')).toEqual([['u_000002', 'u_000020'], ['u_000025']]);
    expect(await readAll('limit=3&status=blocked')).toEqual([['u_000002', 'u_000020', 'u_000025']]);
    clock += 60_000;
    lms.users.change('u_000003', { department: 'Склад' });
    const { body } = await send('GET', `/users?updatedFrom=${new Date(clock).toISOString()}`);
    expect([body.meta.total, body.items[0].id]).toEqual([1, 'u_000003']);
  });

  it('wrong query parameters are refused', async () => {
    for (const query of ['limit=0', 'limit=501', 'limit=x', 'updatedFrom=yesterday'])
      expect((await send('GET', `/users?${query}`)).body.error.code, query).toBe('bad_query');
    for (const cursor of ['x', 'MTo', Buffer.from('-1:2').toString('base64url')])
      expect((await send('GET', `/users?cursor=${cursor}`)).body.error.code, cursor).toBe('bad_cursor');
  });

  it('says who the token belongs to, and 401 without a right one', async () => {
    expect((await send('GET', '/me')).body.id).toBe('svc_1');
    for (const authorization of ['Bearer wrong', '', `Basic ${lms.token}`]) {
      const { status, body, headers } = await send('GET', '/users', undefined, { Authorization: authorization });
      expect([status, body.error.code, headers.get('www-authenticate')]).toEqual([401, 'unauthorized', 'Bearer']);
    }
  });

  it('paths, methods, ids, media types and broken bodies have their own answers', async () => {
    const answerOf = async (method: string, path: string, json?: unknown, headers?: Record<string, string>) => {
      const { status, body } = await send(method, path, json, headers);
      return `${status} ${body.error.code}`;
    };
    expect(await answerOf('GET', '/nothing')).toBe('404 not_found');
    expect(await answerOf('GET', '/users/u_999999')).toBe('404 not_found');
    expect(await answerOf('DELETE', '/users/u_000001')).toBe('405 method_not_allowed');
    expect((await send('DELETE', '/users/u_000001')).headers.get('allow')).toBe('GET, PATCH');
    expect(await answerOf('GET', '/users/search')).toBe('405 method_not_allowed');
    expect(await answerOf('POST', '/users', '{"login":')).toBe('400 bad_json');
    expect(await answerOf('POST', '/users', '[]')).toBe('422 invalid');
    expect(await answerOf('POST', '/users', '{}', { 'Content-Type': 'text/plain' })).toBe('415 unsupported_media_type');
    expect(await answerOf('POST', '/users', { login: 'x'.repeat(21_000_000) })).toBe('413 body_too_large');
    expect((await fetch(`${new URL(lms.url).origin}/elsewhere`)).status).toBe(401);
  });

  it('a limit of requests is answered by 429 with the seconds to wait', async () => {
    let limitedClock = 0;
    const { send: hurry } = await lmsUnderTest({
      rateLimit: { requests: 2, perMs: 5000 },
      now: () => new Date(limitedClock),
    });
    expect((await hurry('GET', '/me')).status).toBe(200);
    limitedClock = 1500;
    expect((await hurry('GET', '/me')).status).toBe(200);
    const refused = await hurry('GET', '/me');
    expect([refused.status, refused.body.error.code, refused.headers.get('retry-after')]).toEqual([
      429,
      'rate_limited',
      '4',
    ]);
    limitedClock = 5000;
    expect((await hurry('GET', '/me')).status).toBe(200);
  });
});
