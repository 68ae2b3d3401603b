import { expect, test } from 'vitest';
import { durationText, progressLine, summaryOf, toldRun } from '../../src/tell/summary/index.ts';
import { resultWith } from './results.ts';

const { counts } = resultWith();

test('a summary shows every count that says something, and no other', () => {
  const text = summaryOf(
    resultWith({ counts: { ...counts, read: 10, filtered: { filter: 2 }, delivered: { create: 8 } } }),
  );
  expect(text).toBe(
    'done employees · run r1 in 1.2 s\n\n  read               10\n  filtered: filter    2\n  delivered: create   8\n',
  );
});

test('a summary names sinks, causes, guards, notes and how to accept', () => {
  const text = summaryOf(
    resultWith({
      status: 'guarded',
      counts: { ...counts, read: 3, held: 2, rejected: 1 },
      sinks: { 'equeo.users': { update: 4 } },
      held: { guard: 2 },
      causes: [{ code: 'FIELD_REQUIRED', stage: 'record', field: 'last_name', reason: 'No value', count: 1 }],
      guards: [
        { operation: 'missing', count: 9, of: 10, limit: 1, then: 'hold', reason: '9 of 10 would be', accepted: false },
      ],
      notes: ['A file was superseded.'],
      accept: 'abc',
    }),
  );
  for (const part of [
    'guarded employees',
    'equeo.users: update',
    'FIELD_REQUIRED (last_name)',
    'held 9 of 10 would be',
    'A file was superseded.',
    'portolan run employees --accept abc',
    'portolan rejects list employees',
  ]) {
    expect(text).toContain(part);
  }
});

test('a failed run says its code, its sentence and what to do', () => {
  const text = summaryOf(resultWith({ status: 'failed', code: 'SFTP_DENIED', reason: 'Refused.', fix: 'Look.' }));
  expect(text).toContain('SFTP_DENIED Refused.\n  fix: Look.');
});

test('the pipeline’s own words for what it does stand under its name', () => {
  const text = summaryOf(resultWith(), { title: 'Staff\u001b[2J of HR' });
  expect(text).toMatch(/^done employees · run r1 in 1\.2 s\nStaff \[2J of HR\n\n/);
});

test('a plan says that it is one and sends nobody to its rejects', () => {
  const text = summaryOf(resultWith({ counts: { ...counts, read: 1, rejected: 1 } }), { isPlan: true });
  expect(text).toContain('plan of employees');
  expect(text).not.toContain('rejects list');
});

test('progress is one short line', () => {
  expect(progressLine('read', { ...counts, read: 5 })).toBe('read 5');
  expect(progressLine('deliver', { ...counts, delivered: { create: 2, update: 1 }, rejected: 4 }, 9)).toBe(
    'delivered 3 of 9 · rejected 4',
  );
});

test('durations are told in the unit that fits', () => {
  expect([850, 12_400, 200_000].map(durationText)).toEqual(['850 ms', '12.4 s', '3 min 20 s']);
});

test('an interrupted run is told by what the store knows of it, without a duration that nobody measured', () => {
  const text = summaryOf(
    toldRun({
      id: 'r9',
      pipeline: 'employees',
      snapshot: null,
      status: 'interrupted',
      tick: 0,
      startedAt: 0,
      endedAt: 5000,
      durationMs: null,
      params: {},
      definition: '',
      counts: { ...counts, read: 4, delivered: { create: 3 }, unsettled: 1 },
      guards: null,
      reason: 'The process ended.',
      code: 'RUN_INTERRUPTED',
      result: null,
    }),
  );
  expect(text).toMatch(/^interrupted employees · run r9\nRUN_INTERRUPTED The process ended\.\n\n {2}read +4\n/);
});
