import { describe, expect, test } from 'vitest';
import { newFolder, newWorkspace, portolan, put } from './harness.ts';

const wrong = { 'pipelines/wrong.yaml': 'pipeline: wrong\nsource: { file: { path: a.csv, pik: all } }\nsink: file\n' };

describe('portolan validate', () => {
  test('mistakes are told at their line, with exit code 2', async () => {
    const { code, out, err } = await portolan(await newWorkspace(wrong), ['validate']);
    expect(code).toBe(2);
    expect(out).toMatch(/^pipelines\/wrong\.yaml:2:\d+ error /m);
    expect(err).toMatch(/^(1 mistake|(0|[2-9]|\d{2,}) mistakes), (1 warning|(0|[2-9]|\d{2,}) warnings)\.\n$/);
  });

  test('--format json prints one object', async () => {
    const { code, out, err } = await portolan(await newWorkspace(wrong), ['validate', '--format', 'json']);
    expect({ code, err }).toEqual({ code: 2, err: '' });
    expect(JSON.parse(out)).toMatchObject({ format: 1, findings: expect.any(Array) as unknown });
  });

  test('--format github prints annotations, --format text is the default', async () => {
    const folder = await newWorkspace(wrong);
    expect((await portolan(folder, ['validate', '--format', 'github'])).out).toMatch(
      /^::error file=pipelines\/wrong\.yaml,line=2/m,
    );
    const { out } = await portolan(folder, ['validate']);
    expect((await portolan(folder, ['validate', '--format', 'text'])).out).toBe(out);
    expect((await portolan(folder, ['validate', '--format', 'xml'])).code).toBe(2);
  });

  test('with paths only what stands in them is told', async () => {
    const folder = await newWorkspace(wrong);
    expect((await portolan(folder, ['validate', 'pipelines/employees.yaml'])).code).toBe(0);
    expect((await portolan(folder, ['validate', 'pipelines'])).code).toBe(2);
    expect((await portolan(folder, ['validate', '.'])).code).toBe(2);
  });

  test('a path that is not there, holds no document, or lies in another workspace is refused', async () => {
    const folder = await newWorkspace();
    put(folder, { 'other/portolan.yaml': 'workspace: other\n' });
    const codeOf = async (...paths: string[]) =>
      /error (\w+)/.exec((await portolan(folder, ['validate', ...paths])).err)?.[1];
    expect(await codeOf('nowhere.yaml')).toBe('PATH_MISSING');
    expect(await codeOf('in/employees.csv')).toBe('PATH_NO_DOCUMENT');
    expect(await codeOf('portolan.yaml', 'other')).toBe('PATHS_APART');
  });

  test('outside a workspace the answer is how to get one', async () => {
    const { code, err } = await portolan(newFolder(), ['validate']);
    expect(code).toBe(2);
    expect(err).toMatch(/^error WORKSPACE_NOT_FOUND .*\n {2}fix: Run `portolan init`/);
  });

  test('a missing secret is no mistake: validate reads none', async () => {
    const folder = await newWorkspace();
    put(folder, { 'portolan.yaml': "workspace: a\nkey: '${KEY_THAT_IS_NOT_SET}'\n" });
    expect((await portolan(folder, ['validate'])).code).toBe(0);
  });

  describe('S26: lists the hosts that requests may leave for', () => {
    const workspace = `workspace: acme
connections:
  hr: { sftp: { host: sftp.client.example, port: 2222, username: hr, password: '\${HR_PASSWORD}', hostKey: 'SHA256:uNiVztksCsDhcc0u9e8BrrJXVGHZL1C6lb2uEtMyTgg' } }
  archive: { sftp: { host: '\${ARCHIVE}', username: hr, password: '\${HR_PASSWORD}', knownHosts: known_hosts } }
  mail: { smtp: { url: 'smtp://robot:\${MAIL_PASSWORD}@mail.acme.example:587', from: a@acme.example } }
  lms: { equeo: { url: '\${LMS_URL:-https://lms.acme.example/api/v1}', token: '\${LMS_TOKEN}', http: { proxy: '\${PROXY:-}' } } }
  files: { school: { token: '\${file:/run/secrets/school}' } }
`;
    const school = `connector: school
connection: { required: [token], properties: { token: { type: string, secret: true } } }
http: { baseUrl: 'https://api.school.example/v2', hosts: ['*.files.school.example'], auth: { bearer: '{{$connection.token}}' } }
read:
  people: { key: id, feed: full, request: { get: /people }, records: items }
  marks: { key: id, feed: full, request: { get: 'https://marks.school.example/all?limit=5' }, records: items }
`;
    const expected = [
      { host: '${ARCHIVE}', from: ['connection archive'] },
      { host: '${LMS_URL} (default lms.acme.example)', from: ['connection lms'] },
      { host: '${PROXY} (if set)', from: ['connection lms'] },
      { host: '*.files.school.example', from: ['connector school'] },
      { host: 'api.school.example', from: ['connector school'] },
      { host: 'mail.acme.example:587', from: ['connection mail'] },
      { host: 'marks.school.example', from: ['connector school'] },
      { host: 'sftp.client.example:2222', from: ['connection hr'] },
    ];
    const folderOf = async () => newWorkspace({ 'portolan.yaml': workspace, 'connectors/school.yaml': school });

    test('as a section of the text, for a whole workspace', async () => {
      const folder = await folderOf();
      const { code, out } = await portolan(folder, ['validate']);
      expect(code).toBe(0);
      const width = Math.max(...expected.map(({ host }) => host.length));
      const lines = expected.map(({ host, from }) => `  ${host.padEnd(width)}  ${from.join(', ')}`);
      expect(out).toContain(`Requests may leave for:\n${lines.join('\n')}\n`);
      expect(out).not.toContain('robot');
      expect((await portolan(folder, ['validate', 'connectors'])).out).not.toContain('Requests');
    });

    test('as `hosts` of the JSON object, and not at all among annotations', async () => {
      const folder = await folderOf();
      const { out } = await portolan(folder, ['validate', '--format', 'json']);
      expect((JSON.parse(out) as { hosts: unknown }).hosts).toEqual(expected);
      expect((await portolan(folder, ['validate', '--format', 'github'])).out).not.toContain('Requests');
    });

    test('a workspace whose files are all here lists none', async () => {
      expect((await portolan(await newWorkspace(), ['validate'])).out).not.toContain('Requests');
    });
  });
});
