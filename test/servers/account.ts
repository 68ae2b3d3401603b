import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { findProgram } from './find-program.ts';

/** An account of this machine, without a shell. */
export interface Account {
  username: string;
  password: string;
  uid: number;
  gid: number;
  remove(): void;
}

/** Makes an account that lives as long as a test's server; only root can. */
export function newAccount(folder: string): Account {
  const username = `portolan-${randomBytes(4).toString('hex')}`;
  const password = randomBytes(12).toString('hex');
  const shell = '/usr/sbin/nologin';
  execFileSync(findProgram('useradd')!, ['-M', '-N', '-d', folder, '-s', shell, username], { stdio: 'pipe' });
  execFileSync(findProgram('chpasswd')!, [], { input: `${username}:${password}\n`, stdio: 'pipe' });
  const idOf = (flag: string) => Number(execFileSync('id', [flag, username], { encoding: 'utf8' }));
  return {
    username,
    password,
    uid: idOf('-u'),
    gid: idOf('-g'),
    remove: () => void execFileSync(findProgram('userdel')!, ['-f', username], { stdio: 'ignore' }),
  };
}
