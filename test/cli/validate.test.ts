import { describe, expect, test } from 'vitest';
import { newFolder, newWorkspace, portolan, put } from './harness.ts';

const wrong = { 'pipelines/wrong.yaml': 'pipeline: wrong\nsource: { file: { path: a.csv, pik: all } }\nsink: file\n' };

describe('portolan validate', () => {
  test('mistakes are told at their line, with exit code 2', async () => {
    const { code, out, err } = await portolan(await newWorkspace(wrong), ['validate']);
    expect(code).toBe(2);
    expect(out).toMatch(/^pipelines\/wrong\.yaml:2:\d+ error /m);
    expect(err).toMatch(/^\d+ mistakes, \d+ warnings\.\n$/);
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
});
