import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { RunResult } from '../../src/engine/run/result.ts';
import { makeWorkspaceKey } from '../../src/store/index.ts';

const program = join(import.meta.dirname, '../../dist/bin/portolan.js');

export interface Answer {
  code: number | null;
  stdout: string;
  stderr: string;
  /** What `--json` printed. */
  result: RunResult;
}

/** A client's workspace of these files in a folder of its own, worked with by the built program only. */
export async function makeClient(files: Record<string, string>) {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-client-'));
  const write = async (path: string, content: string | Buffer): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  };
  for (const [path, content] of Object.entries(files)) await write(path, content);
  await writeFile(join(folder, 'workspace.key'), makeWorkspaceKey(), { mode: 0o600 });
  return {
    folder,
    write,
    read: (path: string) => readFile(join(folder, path)),
    list: (path: string) => readdir(join(folder, path)),
    portolan: (args: string[], env: Record<string, string> = {}): Promise<Answer> =>
      new Promise((resolve, reject) => {
        const child = spawn(process.execPath, [program, ...args], { cwd: folder, env: { ...process.env, ...env } });
        let stdout = '';
        let stderr = '';
        child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
        child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
        child.once('error', reject);
        child.once('close', (code) => {
          const result = (stdout.startsWith('{') ? JSON.parse(stdout) : {}) as RunResult;
          resolve({ code, stdout, stderr, result });
        });
      }),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
export type Client = Awaited<ReturnType<typeof makeClient>>;
