import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openScene, type Row, type Scene } from '../harness.ts';
import { openReading, type ReadingScene } from '../reading.ts';
import { startPeopleGraph, type PeopleGraph } from './server.ts';

const connector = join(import.meta.dirname, 'connector.txt');
let graph: PeopleGraph;
beforeEach(async () => {
  graph = await startPeopleGraph('t0k');
});
afterEach(() => graph.close());

describe('reading by cursors', () => {
  let scene: ReadingScene;
  beforeEach(async () => {
    for (const id of ['1', '2', '3', '4', '5'])
      graph.people.set(`E${id}`, {
        id: `E${id}`,
        externalId: `p${id}`,
        name: `N ${id}`,
        department: null,
        active: id !== '4',
      });
    scene = await openReading({
      connector,
      name: 'graph',
      connection: { url: graph.url, token: 't0k' },
      pipeline: `
pipeline: people
source: graph.people
steps:
  - filter: active
  - map: { id: =externalId, name: =name }
  - diff: { guard: { missing: 100% } }
`,
    });
  });
  afterEach(() => scene.close());

  it('follows the cursor of each page to the last one', async () => {
    expect((await scene.run()).counts).toMatchObject({ read: 5, filtered: { filter: 1 }, delivered: { create: 4 } });
    expect([...scene.people.keys()].sort()).toEqual(['p1', 'p2', 'p3', 'p5']);
    expect(graph.state.requests).toBe(3);
  });

  it('waits as long as a throttled request says, and asks again', async () => {
    graph.state.throttled = 2;
    expect((await scene.run()).counts).toMatchObject({ read: 5, delivered: { create: 4 } });
    expect(scene.waits[0]).toBe(1000);
    expect(scene.waits.every((ms) => ms >= 1000)).toBe(true);
  });

  it('a fault inside a 200 fails the run, and nobody is missing by it', async () => {
    await scene.run();
    scene.ledger.length = 0;
    graph.state.faultAt = 2;
    const result = await scene.run();
    expect(result).toMatchObject({ status: 'failed' });
    expect(result.reason).toContain('The search is out of order');
    expect(scene.ledger).toEqual([]);
  });

  it('an edge that may not be seen leaves the read incomplete, and nobody is missing by it', async () => {
    await scene.run();
    scene.ledger.length = 0;
    graph.state.hidden = 'E2';
    const { counts, notes } = await scene.run();
    expect(counts).toMatchObject({ read: 4, absent: 0 });
    expect(notes.join('\n')).toContain('5');
    expect(scene.ledger).toEqual([]);
    graph.state.hidden = '';
    graph.people.delete('E2');
    await scene.run();
    expect(scene.ledger).toEqual(['DELETE p2']);
  });
});

describe('writing by a mutation for several people', () => {
  let scene: Scene;
  beforeEach(() => {
    scene = openScene({
      connector,
      name: 'graph',
      connection: { url: graph.url, token: 't0k' },
      target: 'people',
      map: '{ externalId: =id, name: =name, department: =department }',
      missing: '{ after: 1 feeds }',
    });
  });
  afterEach(() => scene.close());
  const person = (id: string, more: Row = {}): Row => ({ id, name: `N ${id}`, department: 'Sales', ...more });
  const rows = ['a', 'b', 'c', 'd'].map((id) => person(id));
  const saved = (): string[] =>
    [...graph.people.values()]
      .map((each) => `${each.externalId} ${each.name} ${each.department} ${each.active}`)
      .sort();

  it('each has their own fate in the answer', async () => {
    const { counts, rejects } = await scene.run([...rows, person('e', { name: 'x'.repeat(30) })]);
    expect(counts).toMatchObject({ rejected: 1, delivered: { create: 4 } });
    expect(rejects).toMatchObject([{ key: 'e', reason: 'A name has at most 20 letters' }]);
    expect(saved()).toEqual(['a N a Sales true', 'b N b Sales true', 'c N c Sales true', 'd N d Sales true']);
    expect(graph.state.requests).toBe(3);
  });

  it('what changed is changed, a department that is gone is cleared, who is absent is closed and opened again', async () => {
    await scene.run(rows);
    graph.state.ledger.length = 0;
    await scene.run([person('a', { name: 'New' }), person('b', { department: '' }), person('c')]);
    expect(graph.state.ledger).toEqual(['change a', 'change b', 'close d']);
    expect(saved()).toEqual(['a New Sales true', 'b N b null true', 'c N c Sales true', 'd N d Sales false']);
    await scene.run(rows);
    expect(saved()).toEqual(['a N a Sales true', 'b N b Sales true', 'c N c Sales true', 'd N d Sales true']);
  });

  it('a lost answer is repeated, and everybody stands there once', async () => {
    graph.state.lost = 1;
    expect((await scene.run(rows)).counts.delivered).toEqual({ create: 4 });
    expect(graph.state.ledger).toEqual(expect.arrayContaining(['add a', 'add b', 'add c', 'add d']));
    expect(graph.state.ledger.length).toBeGreaterThan(4);
    expect(graph.people.size).toBe(4);
  });

  it('who was deleted there meanwhile is created again', async () => {
    await scene.run(rows);
    graph.people.clear();
    graph.state.ledger.length = 0;
    const { counts } = await scene.run(rows.slice(0, 3));
    expect(counts.rejected + (counts.delivered.missing ?? 0)).toBe(1);
    expect(graph.state.ledger).toEqual([]);
  });

  it('a token that is refused fails the run with a sentence, and sends nothing', async () => {
    scene.close();
    scene = openScene({
      connector,
      name: 'graph',
      connection: { url: graph.url, token: 's3cret-and-false' },
      target: 'people',
      map: '{ externalId: =id, name: =name, department: =department }',
    });
    const result = await scene.run(rows);
    expect(result).toMatchObject({ status: 'failed' });
    expect(JSON.stringify(result)).not.toContain('s3cret');
    expect(graph.people.size).toBe(0);
  });
});
