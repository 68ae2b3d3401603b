import { describe, expect, it } from 'vitest';
import { lmsUnderTest, newUser } from './lms-client.ts';

describe('learning, KPI, tasks and materials of the sandbox LMS', async () => {
  let clock = Date.parse('2026-11-24T02:30:00Z');
  const now = () => new Date(clock);
  const { lms, send } = await lmsUnderTest({ now });
  for (const number of [1, 2]) lms.users.create(newUser(number));

  it('groups and programmes are there from the first day', async () => {
    expect((await send('GET', '/groups')).body.items[0]).toMatchObject({ id: 'g_001', name: 'Продажи' });
    const { body } = await send('GET', '/programmes?limit=2');
    expect(body.items).toMatchObject([{ id: 'p_001', mandatory: true, hours: 4 }, { id: 'p_002' }]);
    expect(body.meta.total).toBe(lms.state.programmes.length);
  });

  it('statistics are filtered by user, programme and change', async () => {
    const early = { score: null, completedAt: null, state: 'started' as const, updatedAt: '2026-11-01T00:00:00.000Z' };
    const late = { ...early, score: 90, state: 'passed' as const, updatedAt: '2026-11-20T00:00:00.000Z' };
    lms.state.statistics.push(
      { id: 's_1', userId: 'u_000001', programmeId: 'p_001', ...early },
      { id: 's_2', userId: 'u_000001', programmeId: 'p_002', ...late },
      { id: 's_3', userId: 'u_000002', programmeId: 'p_001', ...late },
    );
    const ids = async (query: string) =>
      (await send('GET', `/statistics?${query}`)).body.items.map(({ id }: { id: string }) => id);
    expect(await ids('')).toEqual(['s_1', 's_2', 's_3']);
    expect(await ids('userId=u_000001&programmeId=p_002')).toEqual(['s_2']);
    expect(await ids('updatedFrom=2026-11-20T00:00:00Z')).toEqual(['s_2', 's_3']);
  });

  it('KPI values are replaced or added, each with its own answer', async () => {
    const value = { userId: 'u_000001', indicator: 'sales', period: '2026-11', value: 10 };
    const { body } = await send('POST', '/kpi', {
      values: [
        value,
        { ...value, value: 2.5, mode: 'add' },
        { ...value, externalId: '000002', userId: undefined, value: 7 },
        { ...value, userId: 'u_000009' },
        { ...value, period: '2026-13' },
        { ...value, value: '12' },
        { ...value, mode: 'subtract' },
        { ...value, indicator: '' },
        null,
      ],
    });
    expect(body.results).toMatchObject([
      { row: 0, status: 'stored', id: 'k_000001', value: 10 },
      { row: 1, status: 'stored', id: 'k_000001', value: 12.5 },
      { row: 2, status: 'stored', id: 'k_000002', value: 7 },
      { row: 3, status: 'error', code: 'unknown_user', field: 'userId' },
      { row: 4, status: 'error', code: 'invalid', field: 'period' },
      { row: 5, status: 'error', code: 'invalid', field: 'value' },
      { row: 6, status: 'error', code: 'invalid', field: 'mode' },
      { row: 7, status: 'error', code: 'invalid', field: 'indicator' },
      { row: 8, status: 'error', code: 'invalid' },
    ]);
    await send('POST', '/kpi', { values: [value] });
    const stored = await send('GET', '/kpi?period=2026-11&userId=u_000001');
    expect(stored.body.items).toMatchObject([{ id: 'k_000001', value: 10 }]);
  });

  it('tasks carry attachments and are decided once', async () => {
    const bytes = Buffer.from([0, 255, 1, 2]);
    const attachments = [{ id: 'a_1', name: 'справка.pdf', contentType: 'application/pdf', bytes }];
    const task = { userId: 'u_000001', kind: 'certificate', title: 'Справка', comment: null, attachments };
    const moments = { submittedAt: now().toISOString(), updatedAt: now().toISOString() };
    for (const id of ['t_1', 't_2']) lms.state.tasks.push({ id, ...task, ...moments, state: 'submitted' });
    const { body } = await send('GET', '/tasks?state=submitted');
    expect(body.items.map(({ id }: { id: string }) => id)).toEqual(['t_1', 't_2']);
    const [attachment] = body.items[0].attachments;
    expect(attachment).toMatchObject({ name: 'справка.pdf', sizeBytes: 4 });
    expect(attachment.bytes).toBeUndefined();
    const headers = { Authorization: `Bearer ${lms.token}` };
    const file = await fetch(new URL(attachment.url, lms.url), { headers });
    expect(file.headers.get('content-type')).toBe('application/pdf');
    expect(file.headers.get('content-disposition')).toContain("filename*=UTF-8''%D1%81");
    expect(Buffer.from(await file.arrayBuffer()).equals(bytes)).toBe(true);
    expect((await send('GET', '/tasks/t_1/attachments/a_9')).status).toBe(404);

    clock += 1000;
    expect((await send('POST', '/tasks/t_1/accept')).body).toMatchObject({ state: 'accepted', comment: null });
    expect((await send('POST', '/tasks/t_1/reject', { comment: 'late' })).body.error.code).toBe('already_decided');
    expect((await send('POST', '/tasks/t_2/reject', {})).body.error.field).toBe('comment');
    expect((await send('POST', '/tasks/t_2/reject', { comment: 'Нет печати' })).body.state).toBe('rejected');
    expect((await send('GET', '/tasks/t_2')).body).toMatchObject({
      comment: 'Нет печати',
      updatedAt: now().toISOString(),
    });
    expect((await send('GET', '/tasks?state=submitted')).body.meta.total).toBe(0);
  });

  it('a material gets a new version, the old one stays readable', async () => {
    const before = await send('GET', '/materials/m_001');
    expect([before.body.version, before.headers.get('etag')]).toEqual([1, '"1"']);
    const put = (content: string, headers: Record<string, string> = {}) =>
      send('PUT', '/materials/m_001/content', content, { 'Content-Type': 'text/plain', ...headers });
    expect((await put('новое')).body).toMatchObject({ version: 2, contentType: 'text/plain', sizeBytes: 10 });
    expect((await put('stale', { 'If-Match': '"1"' })).status).toBe(412);
    expect((await send('GET', '/materials/m_001/content')).text).toBe('новое');
    expect((await send('GET', '/materials/m_001/content?version=1')).text).toContain('Добро пожаловать');
    expect((await send('GET', '/materials/m_001/content?version=3')).status).toBe(404);
    expect((await send('GET', '/materials')).body.items).toMatchObject([{ id: 'm_001', version: 2 }]);
  });

  it('access is given to groups that exist', async () => {
    const access = (groups: unknown) => send('PUT', '/materials/m_001/access', { groups });
    expect((await access(['g_002', 'g_003', 'g_002'])).body.accessGroups).toEqual(['g_002', 'g_003']);
    expect((await access(['g_999'])).body.error).toMatchObject({ code: 'invalid', field: 'groups' });
    expect((await access('g_001')).status).toBe(422);
    expect((await send('GET', '/materials/m_001')).body.accessGroups).toEqual(['g_002', 'g_003']);
  });
});
