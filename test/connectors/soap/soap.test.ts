import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openScene, type Row, type Scene } from '../harness.ts';
import { openReading, type ReadingScene } from '../reading.ts';
import { startStaff, type Staff } from './server.ts';

const folder = import.meta.dirname;
const common = {
  connector: join(folder, 'connector.txt'),
  name: 'staff',
  files: Object.fromEntries(
    readdirSync(folder)
      .filter((name) => name.endsWith('.xml'))
      .map((name) => [`connectors/soap/${name}`, readFileSync(join(folder, name), 'utf8')]),
  ),
};
const password = 'p<&>"w';
let staff: Staff;
beforeEach(async () => {
  staff = await startStaff('hr', password);
});
afterEach(() => staff.close());

describe('reading employees', () => {
  let scene: ReadingScene;
  beforeEach(async () => {
    for (const id of ['1', '2', '3', '4', '5'])
      staff.people.set(id, { name: `N <${id}> & co`, unit: 'Sales', active: id !== '4' });
    scene = await openReading({
      ...common,
      connection: { url: staff.url, user: 'hr', password },
      pipeline: `
pipeline: people
source: staff.employees
steps:
  - filter: active
  - map: { id: =id, name: =name }
  - diff: { guard: { missing: 100% } }
`,
    });
  });
  afterEach(() => scene.close());

  it('asks page by page behind the last one, and reads names with what XML escapes', async () => {
    expect((await scene.run()).counts).toMatchObject({ read: 5, filtered: { filter: 1 }, delivered: { create: 4 } });
    expect(scene.people.get('3')).toEqual({ id: '3', name: 'N <3> & co' });
    expect(staff.state.requests).toBe(4);
  });

  it('a fault in a later page fails the run in its words, and nobody is missing by it', async () => {
    await scene.run();
    scene.ledger.length = 0;
    staff.state.faultFrom = '2';
    const result = await scene.run();
    expect(result.status).toBe('failed');
    expect(result.reason).toContain('The register is being rebuilt');
    expect(scene.ledger).toEqual([]);
  });

  it('a busy server is asked again', async () => {
    staff.state.busy = 2;
    expect((await scene.run()).counts).toMatchObject({ read: 5 });
    expect(scene.waits).toHaveLength(2);
  });
});

describe('writing employees', () => {
  let scene: Scene;
  const openAs = (secret: string): Scene =>
    openScene({
      ...common,
      connection: { url: staff.url, user: 'hr', password: secret },
      target: 'employees',
      map: '{ id: =id, name: =name, unit: =unit }',
      missing: '{ after: 1 feeds }',
    });
  beforeEach(() => {
    scene = openAs(password);
  });
  afterEach(() => scene.close());
  const person = (id: string, more: Row = {}): Row => ({ id, name: `N <${id}> & "co"`, unit: 'Sales', ...more });
  const rows = ['a', 'b', 'c'].map((id) => person(id));

  it('each has their own fate, and every sign arrives', async () => {
    const { counts, rejects } = await scene.run([...rows, person('d', { name: '-' })]);
    expect(counts).toMatchObject({ rejected: 1, delivered: { create: 3 }, unsettled: 0 });
    expect(rejects).toMatchObject([{ key: 'd', reason: 'A name is a name & no dash' }]);
    expect(staff.people.get('b')).toEqual({ name: 'N <b> & "co"', unit: 'Sales', active: true });
  });

  it('who changed is changed, a unit that is gone is cleared, who is absent is closed, and opened again', async () => {
    await scene.run(rows);
    staff.state.ledger.length = 0;
    await scene.run([person('a'), person('b', { unit: '' })]);
    expect(staff.state.ledger).toEqual(['change b', 'close c']);
    expect(staff.people.get('b')?.unit).toBe('');
    await scene.run(rows);
    expect(staff.people.get('c')?.active).toBe(true);
  });

  it('a lost answer is repeated, and everybody stands there once', async () => {
    staff.state.lost = 1;
    expect((await scene.run(rows)).counts.delivered).toEqual({ create: 3 });
    expect([...staff.people.keys()].sort()).toEqual(['a', 'b', 'c']);
    expect(staff.state.ledger.length).toBeGreaterThan(3);
  });

  it('a password that is refused fails the run, is not in its words, and nothing is sent', async () => {
    scene.close();
    scene = openAs('s3cret-and-false');
    const result = await scene.run(rows);
    expect(result.status).toBe('failed');
    expect(JSON.stringify(result)).not.toContain('s3cret');
    expect(staff.people.size).toBe(0);
  });
});
