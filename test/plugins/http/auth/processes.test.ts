import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { bench, type Bench } from '../../../store/workbench.ts';
import { rotatingDocument, startRotatingApi, type RotatingApi } from './rotating-api.ts';

const opened: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

async function start(): Promise<{ api: RotatingApi; made: Bench }> {
  const api = await startRotatingApi();
  opened.push(() => api.close());
  const made = bench();
  opened.push(() => made.remove());
  await made.open().close();
  return { api, made };
}

/** Another process that reads people; what it says at its end. */
function reader({ path, keyText }: Bench, { url }: RotatingApi) {
  const args = [here('read-people.mjs'), path, keyText, url, rotatingDocument()];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  opened.push(async () => void child.kill('SIGKILL'));
  const said = (async () => {
    let text = '';
    for await (const chunk of child.stdout) text += String(chunk);
    return text;
  })();
  return { child, said };
}

it('processes that need a login at the same time make one, and none uses a refresh token twice', async () => {
  const { api, made } = await start();
  let asked = 0;
  // The login takes its time, so that the other process comes to it in the middle.
  api.intercept = async ({ path }) => {
    if (path === '/token' && (asked += 1) === 1) await new Promise((resolve) => setTimeout(resolve, 1500));
    return undefined;
  };
  const readers = [reader(made, api), reader(made, api)];
  expect(await Promise.all(readers.map(({ said }) => said))).toEqual(['[{"code":"c1"}]', '[{"code":"c1"}]']);
  expect(api.ledger).toMatchObject({ logins: 1, reused: 0, refused: 0, calls: 2 });
  expect([...api.ledger.uses.values()]).toEqual([1]);
});

it('a refresh token that rotated survives a kill between the answer and its first use', async () => {
  const { api, made } = await start();
  let killed: ReturnType<typeof reader> | undefined;
  api.intercept = async ({ path }) => {
    if (path !== '/people' || !killed) return undefined;
    const { child } = killed;
    killed = undefined;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    // What was given for it is over as well, so that the next process has to use what it rotated to.
    api.revokeAccess();
    return { status: 500 };
  };
  killed = reader(made, api);
  await killed.said;
  expect(api.ledger.logins).toBe(1);
  expect(await reader(made, api).said).toBe('[{"code":"c1"}]');
  expect(api.ledger).toMatchObject({ logins: 2, reused: 0 });
  expect([...api.ledger.uses.values()]).toEqual([1, 1]);
});

it('a process that is killed while it logs in holds nobody up', async () => {
  const { api, made } = await start();
  let killed: ReturnType<typeof reader> | undefined;
  api.intercept = async ({ path }) => {
    if (path !== '/token' || !killed) return undefined;
    const { child } = killed;
    killed = undefined;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    return { status: 500 };
  };
  killed = reader(made, api);
  await killed.said;
  expect(await reader(made, api).said).toBe('[{"code":"c1"}]');
  expect(api.ledger).toMatchObject({ logins: 1, reused: 0 });
});
