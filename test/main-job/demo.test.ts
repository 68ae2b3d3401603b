import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { DemoResult } from '../../src/sandbox/demo/index.ts';

const program = join(import.meta.dirname, '../../dist/bin/portolan.js');

test('the demo runs three nights, sends only what changed, and its counts are what the other side did', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [program, 'demo', '--json'], { maxBuffer: 1 << 26 });
  const { runs, ledger } = JSON.parse(stdout) as DemoResult;
  expect(runs.map(({ status }) => status)).toEqual(['done', 'done', 'done']);
  const [first, second, third] = runs.map(({ counts }) => counts);
  expect(first?.delivered.create).toBeGreaterThan(9900);
  expect(first?.rejected).toBeGreaterThan(40);
  expect(second?.delivered).toEqual({ create: expect.any(Number), update: expect.any(Number), missing: 20 });
  expect(second?.unchanged).toBeGreaterThan(9800);
  expect(second?.held).toBe(10);
  expect(third).toMatchObject({ delivered: {}, unsettled: 0 });
  const sum = (operation: 'create' | 'update' | 'missing'): number =>
    runs.reduce((total, { counts }) => total + (counts.delivered[operation] ?? 0), 0);
  expect(ledger.lms).toEqual({
    users: sum('create'),
    created: sum('create'),
    updated: sum('update'),
    blocked: 20,
    conflicts: 0,
  });
  expect(ledger.mails).toBe(runs.reduce((total, { sinks }) => total + (sinks.smtp?.create ?? 0), 0));
}, 300_000);
