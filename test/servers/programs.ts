import { existsSync } from 'node:fs';
import { findProgram } from './find-program.ts';

/** A server that others wrote, which the tests speak to. */
export interface ServerProgram {
  title: string;
  /** Its program; distributions call the same one by different names. */
  programs: readonly string[];
  /** What must be there where that is no program. */
  file?: string;
  debianPackage: string;
  /** Packages by distribution, for a person to read. */
  elsewhere: string;
}

/** Every server of this kind. `setup.ts` brings what is missing, once before all tests. */
export const serverPrograms: readonly ServerProgram[] = [
  {
    title: 'OpenSSH',
    programs: ['sshd'],
    debianPackage: 'openssh-server',
    elsewhere: 'openssh-server (Fedora, RHEL), openssh (Alpine, Arch)',
  },
  {
    title: 'vsftpd',
    programs: ['vsftpd'],
    debianPackage: 'vsftpd',
    elsewhere: 'vsftpd (Fedora, RHEL, Alpine, Arch)',
  },
  {
    title: 'pyftpdlib, an FTP server that lists by MLSD',
    programs: [],
    file: '/usr/lib/python3/dist-packages/pyftpdlib/servers.py',
    debianPackage: 'python3-pyftpdlib',
    elsewhere: 'python3-pyftpdlib (Fedora), py3-pyftpdlib (Alpine), python-pyftpdlib (Arch)',
  },
  {
    title: 'the Apache web server with mod_dav',
    programs: ['apache2', 'httpd'],
    debianPackage: 'apache2-bin',
    elsewhere: 'httpd (Fedora, RHEL), apache2 and apache2-webdav (Alpine), apache (Arch)',
  },
];

/** Those that this machine lacks. */
export const missingPrograms = (all: readonly ServerProgram[] = serverPrograms): ServerProgram[] =>
  all.filter(({ programs, file }) => !programs.some((name) => findProgram(name)) && !(file && existsSync(file)));

/** What a person is told who has to install them. */
export function installText(missing: readonly ServerProgram[]): string {
  const each = missing.map(
    ({ title, debianPackage, elsewhere }) => `${title}: ${debianPackage} (Debian, Ubuntu), ${elsewhere}`,
  );
  return `The tests speak to real servers, and some are not here. Install ${each.join('; ')}.`;
}
