import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openScene, served, token, until, type Scene } from './scene.ts';

const scenes: Scene[] = [];
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const each of scenes.splice(0)) await each.close();
});

/** Serves in a process of its own that ends itself at a point. */
async function apart({ folder, env }: Scene, at: string): Promise<{ base: string; ended: Promise<unknown[]> }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'serve-until.mjs')], {
    cwd: folder,
    env: { PATH: process.env.PATH, ...env, AT: at },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  children.push(child);
  const ended = once(child, 'exit');
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  return { base: `http://127.0.0.1:${String(port).trim()}`, ended };
}

const send = (base: string, ids: number[], delivery: string): Promise<number | 'lost'> =>
  fetch(`${base}/receive/main/orders`, {
    method: 'POST',
    body: JSON.stringify({ orders: ids.map((id) => ({ id })) }),
    headers: { 'x-key': token, 'x-delivery': delivery },
  }).then(
    ({ status }) => status,
    () => 'lost',
  );

test('killed between storing and answering: the event is there, and the sender’s repeat is recognised', async () => {
  const of = await openScene(['orders']);
  scenes.push(of);
  const first = await apart(of, 'stored');
  expect(await send(first.base, [1], 'd1')).toBe('lost');
  expect(await first.ended).toEqual([null, 'SIGKILL']);
  const next = await served(of);
  try {
    expect(await send(next.base, [1], 'd1')).toBe(200);
    await until(() => of.target.ledger.length > 0 && next.lines.length > 1);
    expect(next.lines[1]).toBe('orders: done, 1 read, 1 delivered, 0 rejected');
    expect(of.target.ledger).toEqual(['PUT 1 {"id":1}']);
  } finally {
    await next.stop();
  }
});

test.each(['before commit', 'committed', 'consumed'])(
  'killed in a run at “%s”: no event is lost, and at most what was being sent is sent again',
  async (label) => {
    const of = await openScene(['orders']);
    scenes.push(of);
    const first = await apart(of, label);
    expect(await Promise.all([1, 2, 3].map((id) => send(first.base, [id], `d${id}`)))).toContain(200);
    await first.ended;
    const next = await served(of);
    try {
      for (const id of [1, 2, 3]) await send(next.base, [id], `d${id}`);
      await until(() => [1, 2, 3].every((id) => of.target.ledger.includes(`PUT ${id} {"id":${id}}`)));
      await until(async () => (await next.workspace.store.newestEvent('main/orders')) === 0);
      for (const id of [1, 2, 3]) {
        const times = of.target.ledger.filter((line) => line.startsWith(`PUT ${id} `)).length;
        expect(times).toBeLessThanOrEqual(2);
      }
    } finally {
      await next.stop();
    }
  },
);
