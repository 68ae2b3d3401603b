import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BatchJournal, WriteBatch } from '../../../src/connect/sdk/index.ts';
import { startOtherApi, type OtherApi } from './other-api.ts';
import { item, jumpingClock, never, openTarget } from './workbench.ts';

let api: OtherApi;
beforeAll(async () => {
  api = await startOtherApi();
});
beforeEach(() => {
  api.received.length = 0;
});
afterEach(() => {
  api.intercept = undefined;
});
afterAll(() => api.close());

/** A journal in memory, as the engine's is in the store. */
function memory(): BatchJournal & { kept: Map<number, Record<string, unknown>> } {
  const kept = new Map<number, Record<string, unknown>>();
  return {
    kept,
    steps: async () => structuredClone([...kept].map(([place, answer]) => ({ place, answer }))),
    write: async ({ place, answer }) => void kept.set(place, structuredClone(answer)),
    forget: async () => kept.clear(),
  };
}

const document = (operation: string) => `
connector: other
connection: { properties: { url: { type: string }, token: { type: string, secret: true } } }
http: { baseUrl: '{{$connection.url}}', auth: { bearer: '{{$connection.token}}' } }
write:
  files:
    create:
${operation.replace(/^/gm, '      ')}
`;
const upload = (repeat = 'safe') => `
repeat: ${repeat}
do:
  - { post: /uploads, as: open }
  - { put: '/uploads/{{$open.id}}', json: { content: =content } }
  - { post: '/uploads/{{$open.id}}/close' }
  - { get: '/uploads/{{$open.id}}', as: ready, until: state = 'done', every: 5s, timeout: 1m }
keep: { id: $ready.fileId, upload: $open.id }
`;

type Answer = ReturnType<NonNullable<OtherApi['intercept']>>;
const answers = (given: Record<string, Answer>): void => {
  api.intercept = ({ method, path }) => given[`${method} ${path}`] ?? { status: 404, body: {} };
};
const busy: Record<string, Answer> = {
  'POST /uploads': { body: { id: 7 } },
  'GET /uploads': { body: { id: 7 } },
  'PUT /uploads/7': { status: 204 },
  'POST /uploads/7/close': { body: {} },
  'GET /uploads/7': { body: { state: 'busy' } },
};
const done = { ...busy, 'GET /uploads/7': { body: { state: 'done', fileId: 'f1' } } };
const asked = () => api.received.map(({ method, path }) => `${method} ${path}`);

async function write(text: string, more: Partial<WriteBatch>) {
  const clock = jumpingClock();
  const sink = await openTarget(document(text), 'files', { url: api.url, token: 't' }, { clock });
  try {
    const batch = { once: 'once-1', operation: 'create' as const, items: [item({ content: 'abc' })] };
    return { answer: await sink.write({ ...batch, ...more }, never), waits: clock.waits };
  } finally {
    await sink.close();
  }
}
const delivered = { is: 'answered', outcomes: [{ is: 'delivered', kept: { id: 'f1', upload: 7 } }] };

describe('a chain with a journal', () => {
  it('remembers each step that was done before it makes the next, and reads at its end not at all', async () => {
    answers(done);
    const journal = memory();
    expect((await write(upload(), { journal })).answer).toEqual(delivered);
    expect([...journal.kept.keys()]).toEqual([0, 1, 2]);
    expect(journal.kept.get(0)).toMatchObject({ body: { id: 7 } });
  });

  it('goes on behind the last step that was done, with what the steps before it answered', async () => {
    answers(done);
    const journal = memory();
    await write(upload(), { journal });
    api.received.length = 0;
    expect((await write(upload(), { journal })).answer).toEqual(delivered);
    expect(asked()).toEqual(['GET /uploads/7']);
  });

  it('takes its outcome from a step of an earlier run where those behind it are left out', async () => {
    answers(done);
    const journal = memory();
    const text = `
do:
  - { post: /uploads, as: open }
  - { post: /uploads/7/close, when: $exists(nothing) }
keep: { id: id }
`;
    const first = await write(text, { journal });
    api.received.length = 0;
    expect(await write(text, { journal })).toEqual(first);
    expect(asked()).toEqual([]);
  });

  it('leaves records pending where `until` does not come true, and asks once in a run that comes for the outcome', async () => {
    answers(busy);
    const journal = memory();
    const pending = { is: 'answered', outcomes: [{ is: 'pending' }] };
    const first = await write(upload(), { journal });
    expect(first.answer).toMatchObject(pending);
    expect(first.waits).toHaveLength(12);
    const second = await write(upload(), { journal, isPending: true });
    expect(second.answer).toMatchObject(pending);
    expect(second.waits).toEqual([]);
    answers(done);
    expect((await write(upload(), { journal, isPending: true })).answer).toEqual(delivered);
    expect(asked().filter((name) => name === 'POST /uploads')).toHaveLength(1);
  });

  it('has no outcome where an answer was too large to remember, and then remembers nothing behind it', async () => {
    answers({ ...busy, 'PUT /uploads/7': { body: { echo: 'x'.repeat(1024 * 1024) } } });
    const journal = memory();
    expect((await write(upload(), { journal })).answer).toMatchObject({ is: 'unanswered' });
    expect([...journal.kept.keys()]).toEqual([0]);
  });

  it('makes a request of which nobody knows whether it was made only where a repeat is safe', async () => {
    answers(done);
    const journal = memory();
    await write(upload('never'), { journal });
    journal.kept.delete(2);
    api.received.length = 0;
    const { answer } = await write(upload('never'), { journal });
    expect(answer).toMatchObject({ is: 'unanswered', reason: 'an earlier run was ended before the answer' });
    expect(asked()).toEqual([]);
    expect((await write(upload('safe'), { journal })).answer).toEqual(delivered);
    expect(asked()).toEqual(['POST /uploads/7/close', 'GET /uploads/7']);
  });

  it('goes on under any `repeat` where the next request harms nobody', async () => {
    answers(done);
    const journal = memory();
    await write(upload('never'), { journal });
    journal.kept.delete(1);
    journal.kept.delete(2);
    api.received.length = 0;
    expect((await write(upload('never'), { journal })).answer).toEqual(delivered);
    expect(asked()[0]).toBe('PUT /uploads/7');
  });

  it('forgets what is no longer there, and tells that nobody knows the outcome', async () => {
    answers(busy);
    const journal = memory();
    await write(upload(), { journal });
    answers({ ...busy, 'GET /uploads/7': { status: 410, body: {} } });
    const { answer } = await write(upload(), { journal, isPending: true });
    expect(answer).toMatchObject({ is: 'unanswered', reason: expect.stringContaining('no longer there') as string });
    expect(journal.kept.size).toBe(0);
  });

  it('forgets what came to nothing, so that the next attempt begins anew', async () => {
    answers({ ...busy, 'GET /uploads/7': { body: { state: 'failed' } } });
    const journal = memory();
    const failing = `${upload().trim()}\nerrors: [{ when: state = 'failed', is: fail, reason: state }]\n`;
    await expect(write(failing, { journal })).rejects.toMatchObject({ code: 'HTTP_REFUSED' });
    expect(journal.kept.size).toBe(0);
  });

  it('remembers what is still being worked on where only the asking is refused', async () => {
    answers({ ...busy, 'GET /uploads/7': { status: 403, body: { code: 'limit' } } });
    const journal = memory();
    const failing = `${upload().trim()}\nerrors: [{ when: code = 'limit', is: fail, reason: code }]\n`;
    await expect(write(failing, { journal })).rejects.toMatchObject({ code: 'HTTP_REFUSED' });
    expect(journal.kept.size).toBe(3);
  });

  it('is forgotten where the connector has other steps by now', async () => {
    answers(busy);
    const journal = memory();
    await write(upload(), { journal });
    api.received.length = 0;
    const changed = upload().replace('/close', '/finish');
    const { answer } = await write(changed, { journal });
    expect(answer).toMatchObject({ is: 'unanswered', reason: expect.stringContaining('no longer has') as string });
    expect(asked()).toEqual([]);
    expect(journal.kept.size).toBe(0);
  });

  it('of a single request is not kept', async () => {
    answers(done);
    const journal = memory();
    await write('request: { post: /uploads }', { journal });
    expect(journal.kept.size).toBe(0);
  });
});
