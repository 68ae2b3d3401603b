import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadCatalogue, withConnectors, writeSchemas } from '../../../src/language/catalogue/index.ts';
import { startLanguageServer, type LanguageServer } from './language-client.ts';

const folder = mkdtempSync(join(tmpdir(), 'portolan-editor-'));
let server: LanguageServer;

beforeAll(async () => {
  const acme = {
    connector: 'acme',
    connection: { required: ['url'], properties: { url: { type: 'string', format: 'uri' } } },
    read: {
      people: { about: 'People of Acme.', with: { required: ['group'], properties: { group: { type: 'string' } } } },
    },
    write: { people: { about: 'People for Acme.', create: {} } },
    call: { grant: { about: 'Lets a person in.', with: { properties: { person: { type: 'string' } } } } },
  };
  const catalogue = withConnectors(loadCatalogue(), [acme]);
  writeSchemas(folder, catalogue);
  server = await startLanguageServer(catalogue.documents, folder);
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const labels = async (text: string, kind = 'pipeline') => (await server.complete(kind, text)).map(({ label }) => label);
const head = 'pipeline: p\nrecord:\n  key: id\n';

describe('completion in an editor', () => {
  test('an empty item of steps offers the kinds and the words', async () => {
    const found = await labels(`${head}steps:\n  - ‸`);
    for (const name of ['filter', 'map', 'set', 'validate', 'diff', 'when', 'only', 'as'])
      expect(found).toContain(name);
  });

  test('a kind is completed by its prefix, and inserted with what it requires', async () => {
    const found = await server.complete('pipeline', `${head}source:\n  sf‸`);
    const sftp = found.find(({ label }) => label === 'sftp');
    expect(sftp?.insertText).toContain('path');
  });

  test('what a connector of the workspace offers is completed by its dotted prefix', async () => {
    expect(await labels(`${head}source:\n  acme.‸`)).toContain('acme.people');
    expect(await labels(`${head}sink: { acme.‸ }`)).toContain('acme.people');
  });

  test('options of a kind, and of a kind within a list of sinks', async () => {
    const found = await labels(`${head}source:\n  sftp:\n    ‸`);
    for (const name of ['path', 'pick', 'settle', 'then']) expect(found).toContain(name);
    expect(await labels(`${head}sink:\n  - sftp:\n      ‸`)).toContain('path');
  });

  test('parameters of a declared read', async () => {
    expect(await labels(`${head}source:\n  acme.people:\n    ‸`)).toContain('group');
  });

  test('values of an option, of a word and of an operation', async () => {
    expect(await labels(`${head}source:\n  sftp:\n    path: a\n    pick: ‸`)).toEqual(
      expect.arrayContaining(['newest', 'all', 'new']),
    );
    expect(await labels(`${head}source:\n  sftp: { path: a }\n  feed: ‸`)).toEqual(
      expect.arrayContaining(['full', 'changes']),
    );
    expect(await labels(`${head}sink:\n  acme.people: {}\n  only: ‸`)).toEqual(
      expect.arrayContaining(['create', 'update', 'missing', 'returned']),
    );
  });

  test('bare names', async () => {
    expect(await labels(`${head}sink: ‸`)).toContain('acme.people');
    expect(await labels(`${head}source:\n  sftp: { path: a }\n  format: ‸`)).toContain('csv');
    expect(await labels(`${head}steps:\n  - di‸`)).toContain('diff');
  });

  test('connections offer the kinds of the workspace and their options', async () => {
    const connections = 'workspace: w\nconnections:\n  a:\n';
    expect(await labels(`${connections}    ‸`, 'workspace')).toEqual(expect.arrayContaining(['sftp', 'acme']));
    expect(await labels(`${connections}    acme:\n      ‸`, 'workspace')).toContain('url');
  });

  test('keys of the other documents', async () => {
    expect(await labels('connector: a\n‸', 'connector')).toEqual(expect.arrayContaining(['http', 'read', 'write']));
    expect(await labels('check: a\n‸', 'check')).toEqual(expect.arrayContaining(['now', 'cases']));
  });
});

describe('hover in an editor', () => {
  test('a kind, a declared read, an option and a word show what they are', async () => {
    expect(await server.hover('pipeline', `${head}source:\n  sf‸tp:\n    path: a\n`)).toContain(
      'Files on an SFTP server',
    );
    expect(await server.hover('pipeline', `${head}source:\n  acme.pe‸ople: { group: a }\n`)).toContain(
      'People of Acme',
    );
    expect(await server.hover('pipeline', `${head}steps:\n  - call:\n      acme.gr‸ant: { person: a }\n`)).toContain(
      'Lets a person in',
    );
    expect(await server.hover('pipeline', `${head}source:\n  sftp:\n    pi‸ck: all\n`)).toContain('newest');
    expect(await server.hover('pipeline', `${head}steps:\n  - filter: a\n    wh‸en: b\n`)).toContain('condition');
  });
});

describe('marks in an editor', () => {
  const whole = (steps: string, sink = 'sink: acme.people') =>
    `pipeline: p\nsource:\n  sftp: { path: a }\n  format: csv\nsteps:\n${steps}\n${sink}\n`;
  const marked = async (text: string) =>
    (await server.diagnose('pipeline', text)).map(({ message, range }) => [range.start.line, message] as const);

  test('a right pipeline has none', async () => {
    expect(await marked(whole('  - filter: a\n    when: b\n  - map: { a: =b }\n  - diff'))).toEqual([]);
  });

  test.each([
    ['a misspelt kind', '  - fliter: a', 5, /not allowed/],
    ['a misspelt option', '  - diff: { leafes: keep }', 5, /not allowed/],
    ['two kinds', '  - filter: a\n    map: { a: 1 }', 5, /not allowed/],
    ['only words', '  - when: x', 5, /not allowed/],
    ['a value that is not listed', '  - diff: { leaves: kep }', 5, /Value is not accepted/],
    ['an option beside its kind', '  - diff: {}\n    leaves: keep', 6, /not allowed/],
  ])('%s is marked at its line', async (_name, steps, line, message) => {
    const found = await marked(whole(steps));
    expect(
      found.some(([at, text]) => at === line && message.test(text)),
      JSON.stringify(found),
    ).toBe(true);
  });

  test('a misspelt bare name is marked at its line', async () => {
    const found = await marked(whole('  - diff', 'sink: acme.peple'));
    expect(
      found.some(([at, text]) => at === 6 && /Value is not accepted/.test(text)),
      JSON.stringify(found),
    ).toBe(true);
  });
});
