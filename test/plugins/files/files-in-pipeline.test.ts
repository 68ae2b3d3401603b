import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeWorkspaceKey } from '../../../src/store/index.ts';
import { openWorkspace, type Workspace } from '../../../src/workspace/index.ts';

const pipeline = (sink: string, steps = '') => `
pipeline: documents
source:
  file: { path: 'in/*', pick: all, empty: allow }
  format: file
  feed: full
record: { key: path }
steps:
${steps}
  - map: { title: '=$file.name', bytes: =size, hash: =hash }
  - diff: { missing: ignore }
sink:
${sink.replace(/^/gm, '  ')}
`;
const toFolder = `file: { path: out, name: 'copy-{{title}}', overwrite: true }\nformat: file`;

let folder: string;
let workspace: Workspace;
const write = (name: string, content: string | Uint8Array) => {
  mkdirSync(join(folder, name, '..'), { recursive: true });
  writeFileSync(join(folder, name), content);
};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'portolan-files-'));
  write('portolan.yaml', "workspace: acme\nversion: 1\ntimezone: Europe/Moscow\nkey: '${KEY}'\n");
  write('in/a.pdf', 'aaaa');
  write('in/b.gz', Uint8Array.of(0x1f, 0x8b, 1, 2, 3));
  write('in/empty', '');
  mkdirSync(join(folder, 'out'));
});
afterEach(async () => {
  await workspace.close();
  rmSync(folder, { recursive: true });
});
const key = makeWorkspaceKey();
async function opened(sink: string, steps = ''): Promise<Workspace> {
  write('pipelines/documents.yaml', pipeline(sink, steps));
  workspace = await openWorkspace(folder, { env: { KEY: key } });
  return workspace;
}
const out = () => readdirSync(join(folder, 'out')).sort();

it('each file is a record, and its sink writes it as it lies, packed or empty, under a name made of the record', async () => {
  const { counts, status } = await (await opened(toFolder)).run('documents');
  expect(status).toBe('done');
  expect(counts).toMatchObject({ read: 3, delivered: { create: 3 }, rejected: 0 });
  expect(out()).toEqual(['copy-a.pdf', 'copy-b.gz', 'copy-empty']);
  expect(readFileSync(join(folder, 'out/copy-b.gz'))).toEqual(readFileSync(join(folder, 'in/b.gz')));
});

it('a file with other content is an update, and one with the same is unchanged', async () => {
  const { counts: first } = await (await opened(toFolder)).run('documents');
  expect(first.delivered).toEqual({ create: 3 });
  write('in/a.pdf', 'other');
  write('in/b.gz', readFileSync(join(folder, 'in/b.gz')));
  const { counts } = await workspace.run('documents');
  expect(counts).toMatchObject({ unchanged: 2, delivered: { update: 1 } });
  expect(readFileSync(join(folder, 'out/copy-a.pdf'), 'utf8')).toBe('other');
});

it('the fields are name, path, size, mtime and the SHA-256, and `$file` has them too', async () => {
  const records = `file: { path: out/all.ndjson, overwrite: true }\nformat: ndjson`;
  const steps =
    "  - filter: size > 0 and mtime > 1000000000000 and hash = $file.hash and $file.path = path and $contains(name, '.')";
  const { counts } = await (await opened(records, steps)).run('documents');
  expect(counts.delivered).toEqual({ create: 2 });
  const [first] = readFileSync(join(folder, 'out/all.ndjson'), 'utf8').split('\n');
  const hash = createHash('sha256').update('aaaa').digest('hex');
  expect(JSON.parse(first as string)).toEqual({ title: 'a.pdf', bytes: 4, hash });
});

it('a name is confined to its folder, and another file is not written over without being told', async () => {
  write('out/x_a.pdf', 'theirs');
  const named = "file: { path: out, name: 'x/{{title}}' }\nformat: file";
  await expect(opened(named)).rejects.toThrow();
  const climbing = 'file: { path: out, name: \'{{$file.name = "a.pdf" ? "x/a.pdf" : "../" & title}}\' }\nformat: file';
  const { counts, rejects } = await (await opened(climbing)).run('documents');
  expect(counts).toMatchObject({ rejected: 1, delivered: { create: 2 } });
  expect(rejects.map(({ code }) => code)).toEqual(['FILE_NAME_TAKEN']);
  expect(out()).toEqual(['__b.gz', '__empty', 'x_a.pdf']);
  expect(readFileSync(join(folder, 'out/x_a.pdf'), 'utf8')).toBe('theirs');
});

it('what is there already with the same content is done', async () => {
  write('out/a.pdf', 'aaaa');
  const { counts } = await (await opened('file: { path: out }\nformat: file')).run('documents');
  expect(counts).toMatchObject({ rejected: 0, delivered: { create: 3 } });
});
