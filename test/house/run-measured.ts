import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunResult } from '../../src/engine/run/result.ts';

const program = join(import.meta.dirname, '../../dist/bin/portolan.js');

/** Runs a pipeline in a process of its own; the peak of its resident bytes, as the kernel counts them. It has no children. */
export async function runMeasured(folder: string, name: string): Promise<{ result: RunResult; peakBytes: number }> {
  const child = spawn(process.execPath, [program, 'run', name, '--json'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let peakBytes = 0;
  const timer = setInterval(() => (peakBytes = Math.max(peakBytes, peakOf(child.pid as number))), 100);
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(child, 'close');
  clearInterval(timer);
  return { result: JSON.parse(text) as RunResult, peakBytes };
}

function peakOf(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
