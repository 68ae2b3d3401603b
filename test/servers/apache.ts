import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { newAccount } from './account.ts';
import { findProgram } from './find-program.ts';
import { childrenOf, endOf, killTree, listening } from './processes.ts';
import { seedsIn, type Seed } from './seeded-folder.ts';

/** A real Apache with mod_dav on 127.0.0.1. */
export interface Apache {
  /** Ends with a slash; the folder of files. Beside it lie `page/`, a web page without WebDAV, and `moved/` and `away/`, which redirect to the files and to another host. */
  url: string;
  username: string;
  password: string;
  folder: string;
  seed: Seed;
  /** Ends every connection, as a broken network would; the server stays up. */
  dropConnections(): void;
  close(): Promise<void>;
}

const moduleFolders = [
  '/usr/lib/apache2/modules',
  '/usr/lib64/httpd/modules',
  '/usr/lib/httpd/modules',
  '/usr/lib/apache2',
];
const modules = [
  'mpm_event',
  'authn_core',
  'authn_file',
  'authz_core',
  'authz_user',
  'auth_basic',
  'unixd',
  'alias',
  'dir',
  'dav',
  'dav_fs',
];

/** Starts Apache, encrypted where it has a certificate (PEM texts); everything is thrown away by `close`. */
export async function startApache(certificate?: { cert: string; key: string }): Promise<Apache> {
  const apache = findProgram('apache2') ?? findProgram('httpd');
  if (!apache) throw new Error('There is no Apache; see test/servers/setup.ts.');
  const place = await mkdtemp(join(tmpdir(), 'portolan-apache-'));
  await chmod(place, 0o755);
  const folder = join(place, 'files');
  const account = process.getuid?.() === 0 ? newAccount(folder) : { ...userInfo(), remove: () => {} };
  for (const name of ['files', 'locks', 'page']) {
    await mkdir(join(place, name));
    await chown(join(place, name), account.uid, account.gid);
  }
  const [username, password] = ['hr', 'correct: horse ü'];
  const hash = createHash('sha1').update(password).digest('base64');
  await writeFile(join(place, 'passwords'), `${username}:{SHA}${hash}\n`);
  await writeFile(join(place, 'page/index.html'), '<!DOCTYPE html><html><body>Welcome</body></html>');
  if (certificate) {
    await writeFile(join(place, 'server.pem'), certificate.cert);
    await writeFile(join(place, 'server.key'), certificate.key, { mode: 0o600 });
  }
  const start = async (port: number): Promise<ServerProcess> => {
    const file = join(place, 'apache.conf');
    await writeFile(file, configOf(place, port, account, certificate !== undefined));
    return spawn(apache, ['-D', 'FOREGROUND', '-f', file], { stdio: ['ignore', 'pipe', 'pipe'] });
  };
  const sweep = async (): Promise<void> => {
    account.remove();
    await rm(place, { recursive: true, force: true });
  };
  const { port, child } = await listening('Apache', start, untilRunning).catch(async (error: unknown) => {
    await sweep();
    throw error;
  });
  return {
    url: `${certificate ? 'https' : 'http'}://127.0.0.1:${port}/files/`,
    username,
    password,
    folder,
    seed: seedsIn(folder, account),
    dropConnections: () => childrenOf(child.pid!).forEach(killTree),
    async close() {
      await endOf(child);
      await sweep();
    },
  };
}

function configOf(
  place: string,
  port: number,
  { username, gid }: { username: string; gid: number },
  isTls: boolean,
): string {
  const from = moduleFolders.find((each) => existsSync(join(each, 'mod_dav.so'))) ?? moduleFolders[0]!;
  const named = isTls ? [...modules, 'socache_shmcb', 'ssl'] : modules;
  return [
    `ServerRoot ${place}`,
    `ServerName 127.0.0.1`,
    `Listen 127.0.0.1:${port}`,
    `PidFile ${place}/pid`,
    // Node's pipes can not be opened as /dev/stderr.
    'ErrorLog "|/bin/cat"',
    // Some are built in, which differs between distributions.
    ...named.flatMap((name) => [
      `<IfModule !${name}_module>`,
      `LoadModule ${name}_module ${from}/mod_${name}.so`,
      '</IfModule>',
    ]),
    ...(process.getuid?.() === 0 ? [`User ${username}`, `Group #${gid}`] : []),
    `DocumentRoot ${place}`,
    `DavLockDB ${place}/locks/db`,
    'StartServers 1',
    'ServerLimit 2',
    'MaxRequestWorkers 50',
    ...(isTls
      ? ['SSLEngine on', `SSLCertificateFile ${place}/server.pem`, `SSLCertificateKeyFile ${place}/server.key`]
      : []),
    `Redirect 307 /moved http${isTls ? 's' : ''}://127.0.0.1:${port}/files`,
    'Redirect 307 /away http://elsewhere.example/files',
    '<Location /files>',
    'Dav On',
    'AuthType Basic',
    'AuthName files',
    `AuthUserFile ${place}/passwords`,
    'Require valid-user',
    '</Location>',
    '',
  ].join('\n');
}

type ServerProcess = ChildProcess & { stdout: Readable; stderr: Readable };

/** Its own word that it serves; gives what it printed if it ended. */
function untilRunning(child: ServerProcess): Promise<string | undefined> {
  let log = '';
  return new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        log = (log + chunk.toString()).slice(-4000);
        if (log.includes('resuming normal operations')) resolve(undefined);
      });
    }
    child.once('close', () => resolve(log || 'it ended without a word.'));
  });
}
