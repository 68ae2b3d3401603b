import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { openScene, type Scene } from '../harness.ts';
import { startObjectStore } from './server.ts';

const keys = { accessKeyId: 'AKIAPORTOLAN', secretAccessKey: 'secret/key+of=the/bucket' };
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start({ given = keys.secretAccessKey, token = '', service = 's3' } = {}) {
  const server = await startObjectStore({ ...keys, ...(token ? { sessionToken: token } : {}) });
  const scene: Scene = openScene({
    connector: join(import.meta.dirname, 'connector.yaml'),
    name: 'objects',
    connection: {
      url: server.url,
      keyId: keys.accessKeyId,
      key: given,
      token,
      region: 'eu-central-1',
      service,
      bucket: 'school',
    },
    target: 'people',
    map: '{ id: =id, name: =name }',
    missing: '{ after: 1 feeds }',
  });
  closing.push(
    () => server.close(),
    () => scene.close(),
  );
  return { server, scene };
}

const ann = { id: 'ann + 1 ü', name: 'Анна' };
const bob = { id: 'bob', name: "Bob (the ~'builder'*)" };

it('creates, changes and deletes objects with a signature that the SDK of AWS makes as well', async () => {
  const { server, scene } = await start();
  expect((await scene.run([ann, bob])).counts).toMatchObject({ delivered: { create: 2 }, rejected: 0 });
  expect((await scene.run([{ ...ann, name: 'Anna' }, bob])).counts).toMatchObject({
    delivered: { update: 1 },
    unchanged: 1,
  });
  // Two are on their way at once, so either may come first.
  expect([...server.ledger.objects].sort()).toEqual([
    ['/school/people/ann + 1 ü.json', JSON.stringify({ ...ann, name: 'Anna' })],
    ['/school/people/bob.json', JSON.stringify(bob)],
  ]);
  await scene.run([bob]);
  await scene.run([bob]);
  expect([...server.ledger.objects.keys()]).toEqual(['/school/people/bob.json']);
  expect(server.ledger.refused).toEqual([]);
});

it('signs for other services, where paths are encoded twice, and with a key that is lent', async () => {
  const { server, scene } = await start({ service: 'execute-api', token: 'lent-token' });
  expect((await scene.run([ann])).counts).toMatchObject({ delivered: { create: 1 } });
  expect(server.ledger).toMatchObject({ refused: [], writes: 1 });
  expect(server.ledger.headers[0]).toContain('"x-amz-security-token":"lent-token"');
});

it('signs each attempt anew, of its own time', async () => {
  const { server, scene } = await start();
  server.failNext(503, 503);
  expect((await scene.run([bob])).counts).toMatchObject({ delivered: { create: 1 } });
  const dates = server.ledger.headers.map((text) => (JSON.parse(text) as Record<string, string>)['x-amz-date']);
  expect(new Set(dates).size).toBe(3);
  expect(server.ledger.refused).toEqual([]);
});

it('is refused with another key, and says nothing of the key or the signature', async () => {
  const { server, scene } = await start({ given: 'another-secret-key' });
  const result = await scene.run([bob]);
  expect(server.ledger.refused).toEqual(['the signature does not match']);
  expect(server.ledger.objects.size).toBe(0);
  expect(JSON.stringify(result)).not.toMatch(/another-secret-key|Signature=|AWS4/);
});
