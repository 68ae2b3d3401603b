import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkAgainst, loadCatalogue, withConnectors, writeSchemas } from '../../../src/language/catalogue/index.ts';

const acme = {
  connector: 'acme',
  title: 'Acme',
  connection: {
    required: ['url', 'token'],
    properties: {
      url: { type: 'string', format: 'uri' },
      token: { type: 'string', secret: true },
      retries: { type: 'integer', minimum: 0 },
      region: { enum: ['eu', 'us'] },
    },
  },
  read: {
    people: {
      about: 'Everybody.',
      with: { required: ['group'], properties: { group: { type: 'integer' }, state: { enum: ['on', 'off'] } } },
      feed: 'full',
      key: 'id',
      gone: 'removed',
    },
    units: {},
  },
  write: { people: { create: {}, update: {}, missing: {} } },
};
const catalogue = withConnectors(loadCatalogue(), [acme]);

const pipeline = (source: unknown, sink: unknown = 'acme.people') =>
  checkAgainst(catalogue.documents.pipeline, { pipeline: 'p', source, sink }).map(
    ({ pointer, code }) => `${pointer} ${code}`,
  );
const connection = (acme: unknown) =>
  checkAgainst(catalogue.documents.workspace, { workspace: 'w', connections: { a: { acme } } });

describe('what a connector document adds', () => {
  test('a source for each read, with its presets', () => {
    expect(catalogue.sources['acme.people']).toMatchObject({
      summary: 'Everybody.',
      connection: 'acme',
      canBeComplete: true,
      feed: 'full',
      preset: { key: 'id', gone: 'removed' },
    });
    expect(catalogue.sources['acme.units']?.summary).toBe('Reads units from Acme.');
    expect(catalogue.sources.sftp).toBeDefined();
  });

  test('a sink for each target, with the operations that it has', () => {
    expect(catalogue.sinks['acme.people']).toMatchObject({
      operations: ['create', 'update', 'missing'],
      connection: 'acme',
    });
    expect(pipeline('acme.units', { 'acme.people': {} })).toEqual([]);
    expect(pipeline('acme.units', { 'acme.people': { group: 1 } })).toEqual(['/sink/acme.people/group UNKNOWN_KEY']);
  });

  test('parameters are checked, and any may be an expression', () => {
    expect(pipeline({ 'acme.people': { group: 1, state: 'on' } })).toEqual([]);
    expect(pipeline({ 'acme.people': { group: '=$params.group', state: '=$params.state' } })).toEqual([]);
    expect(pipeline({ 'acme.people': { group: 'one' } })).toEqual(['/source/acme.people/group WRONG_FORM']);
    expect(pipeline({ 'acme.people': { group: 1, state: 'of' } })).toEqual([
      '/source/acme.people/state NOT_ALLOWED_VALUE',
    ]);
    expect(pipeline({ 'acme.people': { grop: 1 } })).toEqual(['/source/acme.people/grop UNKNOWN_KEY']);
    expect(pipeline('acme.people')).toEqual(['/source MISSING_KEY']);
    expect(pipeline('acme.units')).toEqual([]);
  });

  test('a kind of connection, whose options may come from the environment', () => {
    const right = { url: 'https://acme.example', token: '${T}', retries: 2, region: 'eu' };
    expect(connection(right)).toEqual([]);
    expect(connection({ url: '${U}', token: '${T}', retries: '${R}', region: '${X}' })).toEqual([]);
    expect(connection({ ...right, url: 'acme' })).toMatchObject([
      { code: 'WRONG_FORM', expected: 'a URL such as `https://lms.example`' },
    ]);
    expect(connection({ ...right, retries: 'many' })).toMatchObject([
      { code: 'WRONG_FORM', expected: 'a whole number' },
    ]);
    expect(connection({ ...right, region: 'ue' })).toMatchObject([{ code: 'NOT_ALLOWED_VALUE', nearest: 'eu' }]);
    expect(connection({ ...right, tokn: 'x' })).toMatchObject([{ code: 'UNKNOWN_KEY' }]);
  });

  test('secrets are marked as such', () => {
    const { token } = catalogue.connections.acme?.options.properties as Record<string, object>;
    expect(token).toMatchObject({ secret: true, 'x-portolan': { as: 'secret' } });
  });

  test('a document that holds mistakes adds what can be read of it', () => {
    const broken = [
      null,
      'text',
      { connector: 7 },
      { connector: 'half', connection: 'none', read: { a: { with: { type: 'strng' } }, b: null }, write: [1] },
    ];
    const grown = withConnectors(loadCatalogue(), broken);
    expect(Object.keys(grown.sources)).toContain('half.a');
    expect(Object.keys(grown.sources)).not.toContain('half.b');
    expect(
      checkAgainst(grown.documents.pipeline, { pipeline: 'p', source: { 'half.a': { x: 1 } }, sink: 'equeo.users' }),
    ).toEqual([]);
  });

  test('the same catalogue twice is the same bytes', () => {
    expect(JSON.stringify(withConnectors(catalogue, [acme]))).toBe(JSON.stringify(catalogue));
  });

  test('the schemas of the workspace are written for its editor, own connectors included', () => {
    const folder = mkdtempSync(join(tmpdir(), 'portolan-schemas-'));
    const paths = writeSchemas(join(folder, '.portolan/schemas'), catalogue);
    const names = ['workspace', 'pipeline', 'connector', 'check'].map((name) => `${name}.schema.json`);
    expect(paths).toEqual(names.map((name) => join(folder, '.portolan/schemas', name)));
    expect(readFileSync(paths[1] ?? '', 'utf8')).toContain('acme.people');
    rmSync(folder, { recursive: true });
  });
});
