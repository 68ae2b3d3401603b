import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { asItShouldBe, otherSide, setScene, type Scene } from './killed-runs.ts';

let scene: Scene;
afterEach(() => scene.close());

/** After a kill the next run ends the work, and its counts add up. A run killed after the file was moved had ended it. */
async function finish(): Promise<void> {
  if ((await readdir(join(scene.sftpFolder, 'out'))).length === 0) return;
  const { code, result, stderr } = await scene.run();
  expect(stderr).toBe('');
  expect(result).toMatchObject({ status: 'done', counts: { unsettled: 0, rejected: 0 } });
  expect(code).toBe(0);
  expect(await readdir(join(scene.sftpFolder, 'archive'))).toEqual(['employees_2026-11-24.csv']);
}

/** Ends the process when the LMS has committed the n-th batch of creates and before it answers. */
async function killBeforeAnswer(nth: number, env: Record<string, string> = {}): Promise<void> {
  let batches = 0;
  const killed = await scene.run(env, (child) => {
    scene.sandbox.lms.faults.onCommitted = ({ path }) => {
      if (path === '/users/batch' && ++batches === nth) child.kill('SIGKILL');
    };
  });
  scene.sandbox.lms.faults.onCommitted = undefined;
  expect(killed.signal).toBe('SIGKILL');
}

test.each([1, 2])('killed after the API committed batch %i and before its answer was read', async (nth) => {
  scene = await setScene();
  await killBeforeAnswer(nth);
  await finish();
  expect(otherSide(scene)).toEqual(asItShouldBe);
});

test('with the intent journal switched off the same kill shows conflicts: the test can fail', async () => {
  scene = await setScene();
  await killBeforeAnswer(1, { JOURNAL: 'off' });
  await scene.run({ JOURNAL: 'off' });
  expect(otherSide(scene).conflicts).toBeGreaterThan(0);
});

test.each(['intent', 'answered', 'before commit', 'committed', 'merged', 'consumed', 'settled'])(
  'killed at the point “%s”',
  async (label) => {
    scene = await setScene();
    const killed = await scene.run({ LABEL: label, TIMES: label === 'committed' || label === 'intent' ? '3' : '1' });
    expect(killed.signal).toBe('SIGKILL');
    await finish();
    expect(otherSide(scene)).toEqual(asItShouldBe);
  },
);

test('killed at 20 random moments, in one life of a workspace after the other', async () => {
  scene = await setScene();
  const began = performance.now();
  await scene.run();
  const durationMs = performance.now() - began;
  await scene.close();
  for (let round = 0; round < 20; round++) {
    scene = await setScene(round + 10);
    const delayMs = (durationMs * (round + 0.5)) / 20 + Math.random() * (durationMs / 20);
    await scene.run({}, (child) => setTimeout(() => child.kill('SIGKILL'), delayMs));
    await finish();
    expect({ round, ...otherSide(scene) }).toEqual({ round, ...asItShouldBe });
    if (round < 19) await scene.close();
  }
}, 900_000);
