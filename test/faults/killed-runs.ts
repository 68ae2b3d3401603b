import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunResult } from '../../src/engine/run/result.ts';
import { copyShippedWorkspace, exportFile, sandboxEnvironment } from '../../src/sandbox/demo/index.ts';
import { generatePeople, startSandbox, toCsv, type Sandbox } from '../../src/sandbox/index.ts';

/** Two batches of creates, so that a kill can fall between them. */
const PEOPLE = 700;

export interface Scene {
  sandbox: Sandbox;
  people: number;
  sftpFolder: string;
  /** Starts a run; resolves when its process has ended. */
  run(
    env?: Record<string, string>,
    started?: (child: ChildProcess) => void,
  ): Promise<{ code: number | null; signal: string | null; result?: RunResult; stderr: string }>;
  close(): Promise<void>;
}

/** The shipped case in a sandbox of its own, with one clean file of so many people waiting. */
export async function setScene(seed = 3): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-faults-'));
  const sftpFolder = join(folder, 'sftp');
  const workspace = join(folder, 'workspace');
  const sandbox = await startSandbox({ folder: sftpFolder });
  await copyShippedWorkspace(workspace);
  const people = generatePeople({ count: PEOPLE, seed });
  await exportFile(sftpFolder, '2026-11-24', toCsv(people).csv);
  return {
    sandbox,
    people: people.filter(({ status }) => status === 'работает').length,
    sftpFolder,
    run: (env = {}, started = () => {}) =>
      new Promise((resolve, reject) => {
        const child = spawn(process.execPath, [join(import.meta.dirname, 'run-until.mjs')], {
          cwd: workspace,
          env: { ...process.env, ...sandboxEnvironment(sandbox), ...env },
          stdio: ['ignore', 'pipe', 'pipe'],
        });
        let stdout = '';
        let stderr = '';
        child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
        child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
        child.once('error', reject);
        child.once('close', (code, signal) =>
          resolve({ code, signal, stderr, ...(stdout ? { result: JSON.parse(stdout) as RunResult } : {}) }),
        );
        started(child);
      }),
    async close() {
      await sandbox.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What the other side must show when all is over, whatever was killed. Each line is one promise. */
export function otherSide({ sandbox, people }: Scene) {
  const users = sandbox.lms.ledger.users();
  const letters = sandbox.mail.ledger.list;
  return {
    created: sandbox.lms.ledger.counts.created - people,
    conflicts: sandbox.lms.ledger.counts.conflicts,
    doubled: users.length - new Set(users.map(({ externalId }) => externalId)).size,
    lost: people - users.length,
    blocked: users.filter(({ status }) => status === 'blocked').length,
    unmailed: people - new Set(letters.map(({ to }) => to)).size,
    strangeMails: new Set(letters.map(({ messageId }) => messageId)).size - people,
  };
}

export const asItShouldBe: ReturnType<typeof otherSide> = {
  created: 0,
  conflicts: 0,
  doubled: 0,
  lost: 0,
  blocked: 0,
  unmailed: 0,
  strangeMails: 0,
};
