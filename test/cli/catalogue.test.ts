import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { newFolder, newWorkspace, portolan } from './harness.ts';

describe('portolan connectors', () => {
  test('everything that can be connected is listed, outside a workspace too', async () => {
    const { code, out } = await portolan(newFolder(), ['connectors']);
    expect(code).toBe(0);
    expect(out).toMatch(/^sftp +source, sink, connection +/m);
    expect(out).toMatch(/^equeo\.users +source, sink +/m);
    expect(out).toMatch(/^csv +format +/m);
    expect(out).toMatch(/^filter +step +/m);
  });

  test('one is shown with its options', async () => {
    const { out } = await portolan(newFolder(), ['connectors', 'sftp']);
    expect(out).toContain('sftp source\n');
    expect(out).toMatch(/^ {2}path\* +text with \{\{…\}\} +/m);
    expect(out).toMatch(/^ {2}password +secret +/m);
    expect((await portolan(newFolder(), ['connectors', 'equeo.users'])).out).toContain('operations: create, update');
  });

  test('--json gives options as JSON Schema', async () => {
    const { out } = await portolan(newFolder(), ['connectors', 'csv', '--json']);
    expect(JSON.parse(out)).toMatchObject({
      format: 1,
      kinds: [{ place: 'format', name: 'csv', options: { properties: { delimiter: { default: ',' } } } }],
    });
  });

  test('an unknown name is told with the nearest', async () => {
    const { code, err } = await portolan(newFolder(), ['connectors', 'sfpt']);
    expect(code).toBe(2);
    expect(err).toContain('Did you mean “sftp”?');
  });

  test('options inside options stand under their path, with their type and default, as the reference has them', async () => {
    const { out } = await portolan(newFolder(), ['connectors', 'sftp']);
    expect(out).toMatch(/^ {2}then\.move +text +Folder/m);
    expect(out).toMatch(/^ {2}pick +newest, all, new, newer +"newest" +/m);
  });

  test('a kind whose value is no map is its own option', async () => {
    expect((await portolan(newFolder(), ['connectors', 'filter'])).out).toMatch(/^ {2}\(its value\) +condition +/m);
  });
});

describe('portolan schema', () => {
  test('schemas are written into the workspace, or into a folder that is named', async () => {
    const folder = await newWorkspace();
    expect((await portolan(folder, ['schema'])).out).toContain(join('.portolan', 'schemas', 'pipeline.schema.json'));
    const { code, out } = await portolan(folder, ['schema', 'editor', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      format: 1,
      files: expect.arrayContaining(['editor/check.schema.json']) as unknown,
    });
    expect(existsSync(join(folder, 'editor/workspace.schema.json'))).toBe(true);
  });

  test('the connectors of the workspace are in them', async () => {
    const connector = [
      'connector: acme',
      'title: Acme',
      'version: 1',
      'connection: { properties: { url: { type: string } } }',
      "http: { baseUrl: '{{$connection.url}}' }",
      'read: { people: { request: { get: /people } } }',
      '',
    ].join('\n');
    const folder = await newWorkspace({ 'connectors/acme.yaml': connector });
    await portolan(folder, ['schema']);
    expect(readFileSync(join(folder, '.portolan/schemas/pipeline.schema.json'), 'utf8')).toContain('acme.people');
    expect((await portolan(folder, ['connectors'])).out).toMatch(/^acme\.people +source/m);
  });
});
