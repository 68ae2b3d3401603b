import { spawn } from 'node:child_process';
import type { RunResult } from '../../engine/run/result.ts';

/** What a child process said. */
export interface ChildAnswer {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `portolan …` as a person would: a process of its own in the workspace's folder. */
export function runPortolan(
  program: string,
  folder: string,
  args: string[],
  env: Record<string, string>,
): Promise<ChildAnswer> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], {
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** The object that `--json` prints; undefined where the child printed none. */
export function resultOf({ stdout }: ChildAnswer): RunResult | undefined {
  try {
    return JSON.parse(stdout) as RunResult;
  } catch {
    return undefined;
  }
}
