import { join } from 'node:path';
import Database from 'libsql';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { shownChange } from '../../src/cli/changes.ts';
import { maskingFor } from '../../src/cli/masking.ts';
import { compileShape } from '../../src/expression/index.ts';
import type { FieldRule, Pipeline, Step } from '../../src/language/compile/pipeline.ts';
import { testPipeline, testTarget, testWorld, type TestWorld } from './harness.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await testWorld({ target: testTarget() });
});
afterEach(() => world.close());

const column = (name: string, personal: boolean): FieldRule => ({
  name,
  from: [name],
  required: false,
  personal,
  none: [],
});
const columns = [column('id', false), column('team', false), column('email', true)];

/** `personal` as the compiler finds it: the columns, and what is made of them. */
function pipelineOf(shape: Record<string, string>, personal: string[], over: { key?: string } = {}): Pipeline {
  const map: Step = { kind: 'map', at: 'steps[0]', shape: compileShape(shape), fields: Object.keys(shape) };
  return { ...testPipeline({ ...over, fields: columns, before: [map] }), personal };
}
const made = pipelineOf({ id: '=id', team: '=team', mail: '=$lowercase(email)' }, ['email', 'mail']);
const mistyped = pipelineOf({ id: '=id', team: '=team', mail: '=$lowercase(emial)' }, ['email']);
const constant = pipelineOf({ id: '=id', team: '=team', mail: 'nobody' }, ['email']);
const feed = [{ id: 'p1', team: 'sales', email: 'ANNA@acme.example' }];

const shown = (pipeline: Pipeline): string =>
  JSON.stringify(world.state.changes.map((change) => shownChange(change, maskingFor(pipeline, false))));

test.each([
  ['reads a field that is not there', mistyped],
  ['is a constant', constant],
])('a stored personal value stays masked when the expression of its field %s', async (_what, changed) => {
  await world.run(made, feed);
  await world.run(changed, feed, { dryRun: true });
  expect(world.state.changes).toMatchObject([{ operation: 'update', before: { mail: 'anna@acme.example' } }]);
  expect(shown(changed)).toContain('"field":"mail","before":"a***"');
  await world.run(changed, feed);
  await world.run(made, feed, { dryRun: true });
  expect(shown(changed)).not.toContain('anna@');
});

test('a stored value of people who are held as missing stays masked as well', async () => {
  await world.run(made, [...feed, { id: 'p2', team: 'sales', email: 'B@acme.example' }]);
  const waits = {
    ...mistyped,
    steps: mistyped.steps.map((step) =>
      step.kind === 'diff' ? { ...step, rule: { ...step.rule, missing: { after: { feeds: 2 } } } } : step,
    ),
  };
  await world.run(waits, feed, { dryRun: true });
  const held = world.state.changes.find(({ operation }) => operation === 'held');
  expect(held).toMatchObject({ key: 'p2', before: { mail: 'b@acme.example' }, personal: ['mail'] });
});

test('a key that was personal when it was stored stays masked when the key is another field today', async () => {
  await world.run(pipelineOf({ id: '=id', mail: '=email' }, ['email', 'mail'], { key: 'email' }), [
    ...feed,
    { id: 'p2', team: 'sales', email: 'b@acme.example' },
  ]);
  const byId = pipelineOf({ id: '=id', mail: '=email' }, ['email', 'mail']);
  await world.run(byId, feed, { dryRun: true });
  const text = shown(byId);
  expect(world.state.changes.some(({ key }) => key === 'b@acme.example')).toBe(true);
  expect(text).not.toContain('b@acme');
});

test('of a snapshot from before this was remembered only columns that are called not personal are shown', async () => {
  const keepsTeam = pipelineOf({ id: '=id', mail: '=$lowercase(email)' }, ['email', 'mail']);
  const stored: Pipeline = {
    ...keepsTeam,
    steps: keepsTeam.steps.map((step) => (step.kind === 'map' ? { ...step, kind: 'set' } : step)),
  };
  await world.run(stored, feed);
  const database = new Database(join(world.folder, 'state.db'));
  database.exec('UPDATE snapshots SET personal = NULL');
  database.close();
  const today: Pipeline = {
    ...stored,
    personal: ['email'],
    steps: stored.steps.map((step) =>
      step.kind === 'set' ? { ...step, shape: compileShape({ id: '=id', mail: 'x' }) } : step,
    ),
  };
  await world.run(today, [{ ...feed[0], team: 'retail' }], { dryRun: true });
  expect(shown(today)).toContain('"field":"team","before":"sales","after":"retail"');
  expect(shown(today)).not.toContain('anna@');
});
