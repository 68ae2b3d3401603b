import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { OpenSink } from '../../../src/connect/sdk/index.ts';
import { startLms, type Lms } from '../../../src/sandbox/lms/index.ts';
import { item, jumpingClock, never, openRead, openTarget, readAll } from '../http/workbench.ts';

const document = readFileSync(new URL('../../../plugins/equeo/connector.yaml', import.meta.url), 'utf8');
let lms: Lms;
let sink: OpenSink;
const connection = () => ({ url: lms.url, token: lms.token });
let count = 0;

const person = (name: string) => {
  count += 1;
  const externalId = String(count).padStart(6, '0');
  return {
    externalId,
    login: `${name}.${externalId}`,
    lastName: name,
    password: 'long-enough-1',
    email: `${name}${count}@company.example`,
  };
};

beforeAll(async () => {
  lms = await startLms();
  sink = await openTarget(document, 'users', connection());
});
afterEach(() => lms.faults.clear());
afterAll(async () => {
  await sink.close();
  await lms.close();
});

describe('reads', () => {
  it('all people come over many pages, and the read is complete', async () => {
    const other = await startLms();
    try {
      for (let index = 0; index < 1203; index += 1)
        other.users.create({ login: `l${index}`, lastName: 'Name', externalId: `e${index}` });
      const source = await openRead(document, 'users', { url: other.url, token: other.token });
      const { records, batches } = await readAll(source);
      expect(records).toHaveLength(1203);
      expect(batches).toHaveLength(3);
      expect(batches[2]?.lines[0]).toBe(1001);
      expect(records[0]).not.toHaveProperty('phone');
      expect(source.end()).toMatchObject({ complete: true });
    } finally {
      await other.close();
    }
  });

  it('only people in the state that the pipeline asks for come', async () => {
    const someone = lms.users.create({ login: 'blocked.one', lastName: 'Blocked' });
    lms.users.setStatus(someone.id, 'blocked');
    const source = await openRead(document, 'users', connection(), { options: { status: 'blocked' } });
    expect((await readAll(source)).records.map(({ login }) => login)).toEqual(['blocked.one']);
  });

  it.each(['groups', 'programmes', 'statistics'])('%s come whole', async (read) => {
    const source = await openRead(document, read, connection());
    const { records } = await readAll(source);
    expect(records).toHaveLength(lms.state[read as 'groups'].length);
    expect(source.end()).toMatchObject({ complete: true });
  });

  it('statistics can be asked for one person', async () => {
    const { id } = lms.users.create({ login: 'learner', lastName: 'Learner' });
    const moment = new Date(0).toISOString();
    lms.state.statistics.push({
      id: 's_999999',
      userId: id,
      programmeId: 'p_001',
      state: 'passed',
      score: 90,
      completedAt: moment,
      updatedAt: moment,
    });
    const source = await openRead(document, 'statistics', connection(), {
      options: { userId: id, updatedFrom: moment, programmeId: 'p_001' },
    });
    expect((await readAll(source)).records).toMatchObject([{ id: 's_999999' }]);
  });
});

describe('writes', () => {
  const create = (...records: Record<string, unknown>[]) =>
    sink.write({ once: 'o', operation: 'create', items: records.map((record) => item(record)) }, never);

  it('the engine learns how each operation is done', () => {
    expect(sink.rules).toEqual({
      create: { size: 500, atomic: false, repeat: 'find' },
      update: { size: 500, atomic: false, repeat: 'safe' },
      missing: { size: 500, atomic: false, repeat: 'safe' },
      returned: { size: 500, atomic: false, repeat: 'safe' },
    });
    expect(sink.key).toEqual(['externalId']);
    expect(sink).toMatchObject({
      concurrency: 4,
      commits: 'batch',
      retry: { attempts: 6, fromMs: 500, toMs: 30_000, withinMs: 600_000 },
    });
  });

  it('a batch is created, and each person has an answer of their own', async () => {
    const good = person('Ivanova');
    const bad = { ...person('Petrov'), hiredOn: 'yesterday' };
    const answer = await create(good, bad);
    expect(answer).toMatchObject({
      is: 'answered',
      outcomes: [
        { is: 'delivered', kept: { id: expect.stringMatching(/^u_/) } },
        { is: 'rejected', code: 'HTTP_REJECTED', reason: 'hiredOn must be a date YYYY-MM-DD.' },
      ],
    });
  });

  it('a duplicate is said to exist, so that it is looked up', async () => {
    const one = person('Sidorova');
    await create(one);
    const answer = await create(one, { ...person('Other'), login: one.login });
    const other = expect.stringMatching(/^u_/) as string;
    expect(answer).toMatchObject({
      outcomes: [{ is: 'exists' }, { is: 'exists', reason: 'The login is taken.', other }],
    });
  });

  it('an answer that is lost after the work is no answer, and find says who was created', async () => {
    const one = person('Lost');
    const two = person('Unsent');
    lms.faults.add({ kind: 'loseAnswer', method: 'POST', path: '/users/batch' });
    expect(await create(one)).toMatchObject({ is: 'unanswered' });
    const found = await sink.find?.([item(one), item(two)], never);
    expect(found).toEqual([{ is: 'found', kept: { id: expect.stringMatching(/^u_/) } }, { is: 'absent' }]);
  });

  it('half an answer is no answer', async () => {
    lms.faults.add({ kind: 'cutAnswer', method: 'POST', path: '/users/batch' });
    expect(await create(person('Cut'))).toMatchObject({ is: 'unanswered' });
  });

  it('only what changed is sent, and a field without a value is cleared', async () => {
    const one = { ...person('Moved'), department: 'Sales', phone: '+79161234567' };
    const { id } = lms.users.create(one);
    const changed = { department: 'Stock', phone: null };
    const update = item(one, { operation: 'update', was: one, changed, kept: { id } });
    const answer = await sink.write({ once: 'o', operation: 'update', items: [update] }, never);
    expect(answer).toEqual({ is: 'answered', outcomes: [{ is: 'delivered', kept: { id } }] });
    expect(lms.users.byId(id)).toMatchObject({ department: 'Stock', phone: null, lastName: 'Moved' });
  });

  it('a person who was found is brought to what we hold, and keeps login and password', async () => {
    const { externalId, login } = person('Found');
    const { id } = lms.users.create({ externalId, login, lastName: 'Found' });
    const record = { externalId, login: 'new.login', password: 'long-enough-2', lastName: 'Renamed' };
    const update = item(record, { operation: 'update', kept: { id } });
    expect(await sink.write({ once: 'o', operation: 'update', items: [update] }, never)).toMatchObject({
      outcomes: [{ is: 'delivered' }],
    });
    expect(lms.users.byId(id)).toMatchObject({ login, lastName: 'Renamed' });
  });

  it('who left is blocked and who came back is unblocked, in batches', async () => {
    const ids = ['Left', 'Gone'].map((name) => lms.users.create(person(name)).id);
    const items = ids.map((id, index) => item({ externalId: `b${index}` }, { operation: 'missing', kept: { id } }));
    await sink.write({ once: 'o', operation: 'missing', items }, never);
    expect(ids.map((id) => lms.users.byId(id).status)).toEqual(['blocked', 'blocked']);
    const answer = await sink.write({ once: 'o', operation: 'returned', items }, never);
    expect(answer).toMatchObject({ outcomes: [{ is: 'delivered' }, { is: 'delivered' }] });
    expect(ids.map((id) => lms.users.byId(id).status)).toEqual(['active', 'active']);
  });

  it('an id that the LMS no longer knows is gone', async () => {
    const items = [item({ externalId: 'x1' }, { operation: 'missing', kept: { id: 'u_999999' } })];
    expect(await sink.write({ once: 'o', operation: 'missing', items }, never)).toMatchObject({
      outcomes: [{ is: 'gone', reason: 'There is no such user.' }],
    });
  });

  it('too many requests are not done, and say how long to wait', async () => {
    lms.faults.add({ kind: 'status', status: 429, path: '/users/batch', retryAfterSeconds: 7 });
    const busy = await openTarget(document, 'users', connection(), { clock: jumpingClock() });
    const answer = await busy.write({ once: 'o', operation: 'create', items: [item(person('Busy'))] }, never);
    await busy.close();
    expect(answer).toMatchObject({ is: 'notDone', afterMs: 7000 });
  });

  it('a server error leaves open what was done', async () => {
    lms.faults.add({ kind: 'status', status: 503, path: '/users/batch', retryAfterSeconds: 3 });
    expect(await create(person('Down'))).toMatchObject({ is: 'unanswered', afterMs: 3000 });
  });
});
