import Database from 'libsql';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RunResult } from '../../src/engine/run/result.ts';
import { openWorkspace } from '../../src/workspace/index.ts';
import { comparing, newWorkspace, portolan, put, staff } from './harness.ts';

const staffWorkspace = (): Promise<string> =>
  newWorkspace({ 'pipelines/staff.yaml': comparing, 'in/staff.csv': staff });

const run = async (folder: string, ...args: string[]): Promise<{ code: number; err: string; result: RunResult }> => {
  const { code, out, err } = await portolan(folder, ['run', 'staff', '--json', ...args]);
  return { code, err, result: JSON.parse(out) as RunResult };
};

const two = (city: string): string => staff.replace('Tver', city).replace('Omsk', city);

/** Who accepted a set of changes, as the store remembers it. */
function acceptedBy(folder: string, hash: string): unknown[] {
  const database = new Database(join(folder, '.portolan/state.db'), { readonly: true });
  try {
    return database.prepare('select person from acceptances where hash = ?').all(hash);
  } finally {
    database.close();
  }
}

describe('portolan run', () => {
  test('--json prints exactly one object, with the names that programs rely on', async () => {
    const { code, err, result } = await run(await staffWorkspace());
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(result).toMatchObject({
      format: 1,
      run: expect.any(String) as unknown,
      pipeline: 'staff',
      status: 'done',
      counts: { read: 3, rejected: 1, delivered: { create: 2 } },
      rejects: [{ code: 'FIELD_REQUIRED', line: 4 }],
      guards: [],
      durationMs: expect.any(Number) as unknown,
    });
  });

  test('a key that is personal is masked', async () => {
    const folder = await newWorkspace({
      'pipelines/staff.yaml': comparing.replace('key: number', 'key: mail'),
      'in/staff.csv': staff,
    });
    const { result } = await run(folder);
    expect(result.rejects).toMatchObject([{ code: 'FIELD_REQUIRED', key: 'c***' }]);
  });

  test('the report of a person says counts, causes and what to do next', async () => {
    const { code, out } = await portolan(await staffWorkspace(), ['run', 'staff']);
    expect(code).toBe(0);
    for (const part of ['done staff', 'delivered: create', 'FIELD_REQUIRED (name)', 'portolan rejects list staff']) {
      expect(out).toContain(part);
    }
  });

  test('--strict ends with 4 when records were rejected, and with 0 when none was', async () => {
    const folder = await staffWorkspace();
    expect((await run(folder, '--strict')).code).toBe(4);
    put(folder, { 'in/staff.csv': staff.replace('3;;', '3;Clara;') });
    expect((await run(folder, '--strict')).code).toBe(0);
  });

  test('a run that fails ends with 1 and says why', async () => {
    const folder = await staffWorkspace();
    rmSync(join(folder, 'in/staff.csv'));
    const { code, result } = await run(folder);
    expect(code).toBe(1);
    expect(result).toMatchObject({
      status: 'failed',
      code: expect.any(String) as unknown,
      reason: expect.any(String) as unknown,
    });
  });

  test('a guarded run ends with 3; what a person accepts goes through, once, in their name', async () => {
    const folder = await staffWorkspace();
    await run(folder);
    put(folder, { 'in/staff.csv': two('Perm') });
    const guarded = await run(folder);
    expect(guarded.code).toBe(3);
    expect(guarded.result).toMatchObject({ counts: { held: 2, delivered: {} }, guards: [{ accepted: false }] });
    const hash = guarded.result.accept ?? '';
    expect((await run(folder, '--accept', 'another', '--by', 'anna')).code).toBe(3);
    expect(await run(folder, '--accept', hash, '--by', 'anna')).toMatchObject({
      code: 0,
      result: { counts: { delivered: { update: 2 } }, guards: [{ accepted: true }] },
    });
    expect(acceptedBy(folder, hash)).toEqual([{ person: 'anna' }]);
  });

  test('a run beside another one is skipped with 5', async () => {
    const folder = await staffWorkspace();
    const workspace = await openWorkspace(folder);
    const lease = await workspace.store.lock('staff', 'staff');
    try {
      expect(await run(folder)).toMatchObject({ code: 5, result: { status: 'skipped', code: 'PIPELINE_LOCKED' } });
    } finally {
      await lease.release();
      await workspace.close();
    }
  });

  test('a run that waits for another is told since when, on the clocks that `runs` goes by', async () => {
    const folder = await staffWorkspace();
    put(folder, { 'portolan.yaml': "workspace: a\ntimezone: Asia/Vladivostok\nkey: '${file:workspace.key}'\n" });
    await run(folder);
    const workspace = await openWorkspace(folder);
    const lease = await workspace.store.lock('staff', 'staff');
    try {
      const { result } = await run(folder);
      const moment = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+10:00/;
      expect(result.reason).toMatch(new RegExp(`running since ${moment.source} in process`));
      expect((await portolan(folder, ['runs'])).out).toMatch(moment);
      expect((await portolan(folder, ['rejects', 'show', '1'])).out).toMatch(moment);
    } finally {
      await lease.release();
      await workspace.close();
    }
  });

  test('--limit reads so many', async () => {
    expect((await run(await staffWorkspace(), '--limit', '1')).result.counts.read).toBe(1);
  });

  test('--param reaches the pipeline; one that is unknown or given twice is a wrong command line', async () => {
    const folder = await staffWorkspace();
    put(folder, { 'in/other.csv': staff.replace('3;;c@a.example;Ufa\n', '') });
    expect((await run(folder, '--param', 'file=other')).result.counts.read).toBe(2);
    expect((await portolan(folder, ['run', 'staff', '--param', 'fil=other'])).code).toBe(2);
    expect((await portolan(folder, ['run', 'staff', '--param', 'file'])).code).toBe(2);
    expect((await portolan(folder, ['run', 'staff', '--param', 'file=a', '--param', 'file=b'])).code).toBe(2);
  });

  test('--as-of is the moment of the run, in the zone of the workspace', async () => {
    const folder = await staffWorkspace();
    put(folder, { 'portolan.yaml': "workspace: a\ntimezone: Asia/Vladivostok\nkey: '${file:workspace.key}'\n" });
    const { result } = await run(folder, '--as-of', '2026-11-24T02:30');
    expect(new Date(result.tick).toISOString()).toBe('2026-11-23T16:30:00.000Z');
    expect(readdirSync(join(folder, 'out')).filter((name) => name.startsWith('2026-11-24'))).toHaveLength(1);
    const wrong = await portolan(folder, ['run', 'staff', '--as-of', 'yesterday']);
    expect(wrong).toMatchObject({ code: 2 });
    expect(wrong.err).toContain('error OPTION_INVALID');
  });

  test('an unknown pipeline is a wrong command line, and the nearest name is told', async () => {
    const folder = await staffWorkspace();
    const { code, err } = await portolan(folder, ['run', 'staf']);
    expect(code).toBe(2);
    expect(err).toContain('Did you mean "staff"?');
  });

  test('under --json a fault is the one object on standard output too', async () => {
    const { code, out, err } = await portolan(await staffWorkspace(), ['run', 'staf', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(out)).toMatchObject({ format: 1, error: { code: 'PIPELINE_UNKNOWN' } });
    expect(err).toContain('error PIPELINE_UNKNOWN');
  });

  test('a signal cancels the run, which ends with 1 and commits what it must', async () => {
    const folder = await staffWorkspace();
    const { code, out } = await portolan(folder, ['run', 'staff', '--json'], {
      onSignal: (listener) => {
        listener();
        return () => {};
      },
    });
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ status: 'cancelled' });
    expect((await run(folder)).code).toBe(0);
  });

  test('progress is shown on a terminal and nowhere else, and leaves no trace', async () => {
    const folder = await staffWorkspace();
    const { out, err } = await portolan(folder, ['run', 'staff'], { errIsTerminal: true });
    expect(err).toContain('\rread 3'.replace('\r', '\r\u001b[K'));
    expect(err.endsWith('\r\u001b[K')).toBe(true);
    expect(out).not.toContain('\u001b');
    expect((await portolan(folder, ['run', 'staff'])).err).toBe('');
  });

  test('colours are for a terminal that wants them', async () => {
    const folder = await staffWorkspace();
    const colourful = await portolan(folder, ['run', 'staff'], { outIsTerminal: true });
    const plain = await portolan(folder, ['run', 'staff'], { outIsTerminal: true, env: { NO_COLOR: '1' } });
    expect(colourful.out).toContain('\u001b[32mdone');
    expect(plain.out).not.toContain('\u001b');
  });
});
