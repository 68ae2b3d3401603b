import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { main, type Terminal } from '../../src/cli/index.ts';

/** What one command came to. */
export interface Answer {
  code: number;
  out: string;
  err: string;
}

/** A terminal that only collects; no real terminal if not said otherwise. */
export function collecting(over: Partial<Terminal> = {}): Terminal & { said: { out: string; err: string } } {
  const said = { out: '', err: '' };
  return {
    said,
    out: (text) => (said.out += text),
    err: (text) => (said.err += text),
    outIsTerminal: false,
    errIsTerminal: false,
    env: {},
    folder: tmpdir(),
    onSignal: () => () => {},
    exit: (code) => {
      throw new Error(`exit ${code}`);
    },
    ...over,
  };
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A folder of its own, removed after the tests of the file. */
export function newFolder(files: Record<string, string> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'portolan-cli-'));
  folders.push(folder);
  put(folder, files);
  return folder;
}

/** Writes files below a folder. */
export function put(folder: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** Runs a command in a folder. */
export async function portolan(folder: string, args: string[], over: Partial<Terminal> = {}): Promise<Answer> {
  const terminal = collecting({ folder, ...over });
  const code = await main(args, terminal);
  return { code, ...terminal.said };
}

/** A workspace as `init` makes it, with more files over it. */
export async function newWorkspace(files: Record<string, string> = {}): Promise<string> {
  const folder = newFolder();
  const made = await portolan(folder, ['init']);
  if (made.code !== 0) throw new Error(made.err);
  put(folder, files);
  return folder;
}

/** A pipeline that compares: nobody is missing, more than one update is guarded, a parameter chooses the file. */
export const comparing = `
pipeline: staff
params: { file: { default: staff } }
source:
  file: { path: 'in/{{$params.file}}.csv' }
  format: { csv: { delimiter: ';' } }
  feed: full
record:
  key: number
  fields:
    number: {}
    name: { required: true, personal: true }
    mail: { from: E-Mail, personal: true }
steps:
  - map: { externalId: =number, name: =name, mail: =mail, city: =city }
  - diff: { missing: ignore, guard: { update: 1, floor: 0 } }
sink:
  file: { path: 'out/{{$run.date}}-{{$run.id}}.csv' }
  format: csv
`;

/** Three people, the last without a name. */
export const staff =
  'number;name;E-Mail;city\n1;Anna;anna@a.example;Tver\n2;Boris;boris@a.example;Omsk\n3;;c@a.example;Ufa\n';
