import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { findProgram } from './find-program.ts';

const policy = '/usr/sbin/policy-rc.d';

/** Runs once before all tests: brings the servers that the tests speak to, or says what is missing. Never a quiet skip. */
export default function bringServers(): void {
  if (findProgram('sshd')) return;
  if (process.getuid?.() !== 0 || !isDebian())
    throw new Error(
      'The tests speak to a real OpenSSH server, and there is no sshd here. Install it: openssh-server (Debian, Ubuntu, Fedora, RHEL), openssh (Alpine, Arch).',
    );
  withoutStarts(() => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    execFileSync('apt-get', ['update', '-qq'], { stdio: 'pipe', env });
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'openssh-server'], {
      stdio: 'pipe',
      env,
    });
  });
  if (!findProgram('sshd')) throw new Error('openssh-server was installed, and there is still no sshd.');
}

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
