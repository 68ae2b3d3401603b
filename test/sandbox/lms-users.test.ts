import { describe, expect, it } from 'vitest';
import { lmsUnderTest, newUser } from './lms-client.ts';

describe('users of the sandbox LMS', async () => {
  const { lms, send } = await lmsUnderTest();

  it('a batch judges each item alone and names the user that has the value', async () => {
    const { status, body } = await send('POST', '/users/batch', {
      users: [
        { ...newUser(1), hiredOn: '2019-03-04', phone: '+79161234567', password: 'long enough' },
        newUser(1),
        { ...newUser(2), login: 'USER.000001' },
        { ...newUser(3), email: 'User.000001@Company.example' },
        { ...newUser(4), hiredOn: '2026-02-30' },
        { externalId: '000005', lastName: 'Без логина' },
        { ...newUser(6), shoeSize: '42' },
        'no map',
        { ...newUser(7), email: null },
        { ...newUser(8), lastName: ' ' },
        { ...newUser(9), login: 'ivanov 9' },
      ],
    });
    expect(status).toBe(200);
    const taken = { status: 'error', existingId: 'u_000001' };
    expect(body.results).toMatchObject([
      { row: 0, status: 'created', id: 'u_000001', version: 1 },
      { row: 1, ...taken, code: 'duplicate_external_id', field: 'externalId' },
      { row: 2, ...taken, code: 'duplicate_login', field: 'login' },
      { row: 3, ...taken, code: 'duplicate_email', field: 'email' },
      { row: 4, status: 'error', code: 'invalid', field: 'hiredOn', message: 'hiredOn must be a date YYYY-MM-DD.' },
      { row: 5, status: 'error', code: 'invalid', field: 'login' },
      { row: 6, status: 'error', code: 'invalid', field: 'shoeSize' },
      { row: 7, status: 'error', code: 'invalid' },
      { row: 8, status: 'created', id: 'u_000002' },
      { row: 9, status: 'error', code: 'invalid', field: 'lastName' },
      { row: 10, status: 'error', code: 'invalid', field: 'login' },
    ]);
    expect(lms.ledger.counts).toMatchObject({ created: 2, conflicts: 3, invalid: 5 });
    expect(JSON.stringify(lms.ledger.users())).not.toContain('long enough');
  });

  it('more than 500 in a batch is refused whole', async () => {
    const users = Array.from({ length: 501 }, (_, index) => newUser(1000 + index));
    const { status, body } = await send('POST', '/users/batch', { users });
    expect([status, body.error.code]).toEqual([413, 'too_many_items']);
    expect(lms.users.all).toHaveLength(2);
    expect((await send('POST', '/users/batch', { users: [] })).status).toBe(422);
  });

  it('a single create that is sent twice is a conflict', async () => {
    const first = await send('POST', '/users', newUser(10));
    expect([first.status, first.headers.get('location')]).toEqual([201, '/api/v1/users/u_000003']);
    const second = await send('POST', '/users', newUser(10));
    expect([second.status, second.body.error]).toEqual([
      409,
      {
        code: 'duplicate_external_id',
        message: 'The external id is taken.',
        field: 'externalId',
        existingId: 'u_000003',
      },
    ]);
  });

  it('null clears, an unnamed field stays, and a change without a change keeps the version', async () => {
    const changed = await send('PATCH', '/users/u_000001', { phone: null, department: 'Склад' });
    expect(changed.body).toMatchObject({ phone: null, department: 'Склад', hiredOn: '2019-03-04', version: 2 });
    expect(changed.headers.get('etag')).toBe('"2"');
    const again = await send('PATCH', '/users/u_000001', { phone: null });
    expect(again.body.version).toBe(2);
    expect(lms.ledger.counts).toMatchObject({ updated: 1, noop: 1 });
    expect((await send('PATCH', '/users/u_000001', { lastName: null })).body.error.field).toBe('lastName');
    expect((await send('PATCH', '/users/u_000001', { id: 'u_9' })).body.error.field).toBe('id');
  });

  it('a change made on an older version is refused', async () => {
    const stale = await send('PATCH', '/users/u_000001', { department: 'X' }, { 'If-Match': '"1"' });
    expect([stale.status, stale.body.error.code]).toEqual([412, 'version_conflict']);
    const fresh = await send('PATCH', '/users/u_000001', { department: 'Касса' }, { 'If-Match': 'W/"2"' });
    expect([fresh.status, fresh.body.department]).toEqual([200, 'Касса']);
  });

  it('a batch of changes answers for each user', async () => {
    const { body } = await send('POST', '/users/batch-update', {
      users: [
        { id: 'u_000001', lastName: 'Петрова' },
        { id: 'u_000001', lastName: 'Петрова' },
        { id: 'u_000099', lastName: 'Нет' },
        { id: 'u_000002', email: 'USER.000001@company.example' },
        { id: 'u_000001', ifVersion: 1, lastName: 'Поздно' },
        { lastName: 'Без номера' },
      ],
    });
    expect(body.results).toMatchObject([
      { row: 0, status: 'updated', id: 'u_000001', version: 4, changed: true },
      { row: 1, status: 'updated', changed: false },
      { row: 2, status: 'error', id: 'u_000099', code: 'not_found' },
      { row: 3, status: 'error', code: 'duplicate_email', existingId: 'u_000001' },
      { row: 4, status: 'error', code: 'version_conflict' },
      { row: 5, status: 'error', code: 'invalid', field: 'id' },
    ]);
  });

  it('a login that was given up is free again', async () => {
    await send('PATCH', '/users/u_000003', { login: 'other' });
    expect((await send('POST', '/users', { login: 'user.000010', lastName: 'Новый' })).status).toBe(201);
  });

  it('blocking twice counts once, singly and in a batch', async () => {
    const before = { ...lms.ledger.counts };
    expect((await send('POST', '/users/u_000001/block')).body.status).toBe('blocked');
    const { body } = await send('POST', '/users/block-batch', { ids: ['u_000001', 'u_000002', 'u_000099', 7] });
    expect(body.results).toMatchObject([
      { row: 0, status: 'blocked', id: 'u_000001', changed: false },
      { row: 1, status: 'blocked', id: 'u_000002', changed: true },
      { row: 2, status: 'error', id: 'u_000099', code: 'not_found' },
      { row: 3, status: 'error', code: 'invalid' },
    ]);
    expect((await send('POST', '/users/u_000001/unblock')).body.status).toBe('active');
    const back = await send('POST', '/users/unblock-batch', { ids: ['u_000002'] });
    expect(back.body.results).toMatchObject([{ status: 'active', changed: true }]);
    expect(lms.ledger.counts.blocked - before.blocked).toBe(2);
    expect(lms.ledger.counts.unblocked - before.unblocked).toBe(2);
    expect(lms.ledger.counts.noop - before.noop).toBe(1);
  });

  it('people are found by external id, login and e-mail', async () => {
    const ids = async (query: string) =>
      (await send('GET', `/users?${query}`)).body.items.map(({ id }: { id: string }) => id);
    expect(await ids('externalId=000007,000001,999999')).toEqual(['u_000001', 'u_000002']);
    expect(await ids('login=USER.000007')).toEqual(['u_000002']);
    expect(await ids('email=user.000001@COMPANY.example')).toEqual(['u_000001']);
    expect(await ids('login=user.000007&externalId=000001')).toEqual([]);
    const { body } = await send('POST', '/users/search', { externalIds: ['000001', 'nobody'] });
    expect(body.items).toMatchObject([{ id: 'u_000001', externalId: '000001' }]);
    expect((await send('POST', '/users/search', { logins: ['other'] })).body.items).toHaveLength(1);
    expect((await send('POST', '/users/search', { emails: ['user.000010@company.example'] })).body.items).toHaveLength(
      1,
    );
    expect((await send('POST', '/users/search', {})).status).toBe(422);
  });

  it('the ledger tells who was touched', () => {
    expect(lms.ledger.events[0]).toMatchObject({ kind: 'created', id: 'u_000001', externalId: '000001' });
    expect(lms.ledger.events.filter(({ kind }) => kind === 'blocked').map(({ id }) => id)).toEqual([
      'u_000001',
      'u_000002',
    ]);
    expect(lms.ledger.byEndpoint['POST /users/{id}/block']).toBe(1);
  });
});
