import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { installText, missingPrograms } from './programs.ts';

const policy = '/usr/sbin/policy-rc.d';

/** Runs once before all tests: brings the servers that the tests speak to, or says what is missing. Never a quiet skip. */
export default function bringServers(): void {
  const missing = missingPrograms();
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !isDebian()) throw new Error(installText(missing));
  const packages = missing.map(({ debianPackage }) => debianPackage);
  withoutStarts(() => {
    apt('update', '-qq');
    apt('install', '-y', '-qq', '--no-install-recommends', ...packages);
  });
  const left = missingPrograms();
  if (left.length > 0) throw new Error(`${packages.join(', ')} were installed. ${installText(left)}`);
}

/** Another run of the tests may be at it: its lock is waited for. */
const apt = (...words: string[]): unknown =>
  execFileSync('apt-get', ['-o', 'DPkg::Lock::Timeout=300', ...words], {
    stdio: 'pipe',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });

const isDebian = (): boolean => existsSync('/usr/bin/apt-get');

/** Debian starts a service when its package is installed, unless a policy says no; a policy of the machine is kept. */
function withoutStarts(act: () => void): void {
  const kept = `${policy}.kept-by-tests`;
  const had = existsSync(policy) && !readFileSync(policy, 'utf8').includes('exit 101');
  const isMine = had || !existsSync(policy);
  if (had) renameSync(policy, kept);
  if (isMine) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    act();
  } finally {
    if (isMine) rmSync(policy, { force: true });
    if (had) renameSync(kept, policy);
  }
}
