import { cp, mkdir, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeWorkspaceKey } from '../../store/index.ts';
import type { Sandbox } from '../sandbox.ts';

/** What the shipped case is made of, beside its portolan.yaml. */
const parts = ['portolan.yaml', 'pipelines', 'tables', 'templates'];

/** The package's own folder: the nearest above this file that holds a package.json. */
export function packageFolder(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

/** Copies the shipped case into a folder of its own, with a workspace key of its own. */
export async function copyShippedWorkspace(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const part of parts) await cp(join(packageFolder(), part), join(folder, part), { recursive: true });
  await writeFile(join(folder, 'workspace.key'), `${makeWorkspaceKey()}\n`, { mode: 0o600 });
}

/** What portolan.yaml of the shipped case takes from the environment, for a sandbox. */
export function sandboxEnvironment({ sftp, lms, mail }: Sandbox): Record<string, string> {
  return {
    HR_HOST: '127.0.0.1',
    HR_PORT: String(sftp.port),
    HR_USER: 'hr',
    HR_PASSWORD: sftp.password,
    HR_HOST_KEY: sftp.hostKeyFingerprint,
    LMS_URL: lms.url,
    LMS_TOKEN: lms.token,
    SMTP_URL: `smtp://127.0.0.1:${mail.port}`,
  };
}
