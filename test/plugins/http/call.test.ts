import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { jumpingClock, never, openCall, type Bench } from './workbench.ts';
import { startOtherApi, type OtherApi } from './other-api.ts';

let api: OtherApi;
beforeAll(async () => {
  api = await startOtherApi();
});
beforeEach(() => {
  api.people.clear();
  api.nextId = 1;
  api.received.length = 0;
  api.people.set(7, { code: 'c7', name: 'Anna', no: 7 });
});
afterEach(() => {
  api.intercept = undefined;
});
afterAll(() => api.close());

const document = (call: string, http = '') => `
connector: other
connection: { properties: { url: { type: string }, secret: { type: string, secret: true } } }
http:
  baseUrl: '{{$connection.url}}'
  retry: { attempts: 3, backoff: { from: 10ms, to: 20ms } }
${http.replace(/^/gm, '  ')}
call:
  people.get:
${call.replace(/^/gm, '    ')}
`;

const asking = `
with: { required: [code] }
request: { get: /people, query: { code: =$with.code } }
records: people[0]
`;
const writing = (more = '') => `
request: { post: /people, json: { code: =$with.code, name: New }, headers: { Idempotency-Key: =$once } }
${more}
`;

async function perform(text: string, parameters: Record<string, unknown>, bench: Bench = {}) {
  const call = await openCall(text, 'people.get', { url: api.url, secret: 's3cret-token' }, bench);
  try {
    return await call.perform(parameters, 'once-1', never);
  } finally {
    await call.close();
  }
}

it('an operation is asked with its parameters, and `records` picks of the answer', async () => {
  expect(await perform(document(asking), { code: 'c7' })).toEqual({ code: 'c7', name: 'Anna', no: 7 });
  expect(await perform(document(asking), { code: 'none' })).toBeUndefined();
});

it('without `records` the answer is the whole body; the request carries its key', async () => {
  expect(await perform(document(writing()), { code: 'c8' })).toMatchObject({ code: 'c8', no: 1 });
  expect(api.received[0]?.headers['idempotency-key']).toBe('once-1');
});

it('a refusal is a fault of the record, and holds no value of it', async () => {
  await expect(perform(document(writing()), { code: 'c7' })).rejects.toMatchObject({
    code: 'HTTP_REJECTED',
    class: 'data',
    message: 'it answered 409: code … is taken',
  });
  api.intercept = () => ({ status: 422, body: { message: 'anna@acme.example is bad, s3cret-token too' } });
  const refused = perform(document(writing()), { code: 'c9', mail: 'anna@acme.example' });
  await expect(refused).rejects.toMatchObject({ message: 'it answered 422: … is bad, … too' });
});

it('declared errors judge an answer: empty is no answer, done is one, fail ends the run', async () => {
  api.intercept = () => ({ status: 404, body: { none: true } });
  const rule = (is: string) =>
    document(`${asking}\nerrors: [{ when: $status = 404, is: ${is}, reason: "'not here'" }]`);
  expect(await perform(rule('empty'), { code: 'c7' })).toBeUndefined();
  await expect(perform(rule('reject'), { code: 'c7' })).rejects.toMatchObject({ class: 'data', message: 'not here' });
  await expect(perform(rule('fail'), { code: 'c7' })).rejects.toMatchObject({ code: 'HTTP_REFUSED', class: 'fatal' });
  await expect(perform(document(asking), { code: 'c7' })).rejects.toMatchObject({ code: 'HTTP_REJECTED' });
});

it('what is away is tried again with a note, and then fails the run', async () => {
  const notes: string[] = [];
  let left = 2;
  api.intercept = () => (left-- > 0 ? { status: 503, body: {} } : undefined);
  expect(await perform(document(asking), { code: 'c7' }, { notes })).toMatchObject({ no: 7 });
  expect(notes).toHaveLength(2);
  api.intercept = () => ({ status: 503, body: {} });
  const away = perform(document(asking), { code: 'c7' }, { clock: jumpingClock() });
  await expect(away).rejects.toMatchObject({ code: 'HTTP_UNAVAILABLE', class: 'transient' });
  expect(api.received).toHaveLength(6);
});

it('a lost answer is asked for again where that is safe, and else leaves the outcome unknown', async () => {
  let left = 1;
  api.intercept = () => (left-- > 0 ? 'drop' : undefined);
  expect(await perform(document(writing()), { code: 'c8' })).toMatchObject({ code: 'c8' });
  expect(api.received).toHaveLength(2);
  left = 1;
  await expect(perform(document(writing('repeat: never')), { code: 'c9' })).rejects.toMatchObject({
    code: 'OUTCOME_UNKNOWN',
    class: 'data',
    message: expect.stringContaining('outcome unknown'),
  });
  expect(api.received).toHaveLength(3);
});

it('an operation that a connector does not have is told', async () => {
  const call = openCall(document(asking), 'people.gone', { url: api.url });
  await expect(call).rejects.toMatchObject({ code: 'UNKNOWN_KIND' });
});

it.each([
  ['', 4],
  ['limit: [{ concurrency: 2 }]', 2],
])('with the limits %s so many are in flight at once: %s', async (http, concurrency) => {
  const call = await openCall(document(asking, http), 'people.get', { url: api.url });
  expect(call.concurrency).toBe(concurrency);
  await call.close();
});
