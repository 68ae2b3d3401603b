import { execFile, execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { newKeyPair, startSftpServer } from '../../src/sandbox/sftp/index.ts';

const run = promisify(execFile);

/** In CI the client must be there; elsewhere a machine may lack it. */
const hasClient = Boolean(process.env['CI']) || canRun('ssh', ['-V']);

function canRun(command: string, parameters: string[]): boolean {
  try {
    execFileSync(command, parameters, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('the SFTP server of the sandbox and the client of OpenSSH', () => {
  it.runIf(hasClient)('understand each other, and ssh-keygen prints the same fingerprint', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sandbox-openssh-'));
    const key = newKeyPair();
    const server = await startSftpServer({ root: join(folder, 'root'), username: 'hr', publicKey: key.public });
    try {
      await mkdir(join(server.root, 'out'));
      await writeFile(join(folder, 'key'), key.private, { mode: 0o600 });
      await writeFile(join(folder, 'known_hosts'), `${server.knownHostsLine}\n`);
      await writeFile(join(folder, 'local.csv'), 'а;б\r\n');
      const commands = [
        'put local.csv /out/new.csv',
        'put local.csv /out/old.csv',
        'rename /out/new.csv /out/old.csv',
        'ls -l /out',
        'get /out/old.csv back.csv',
        'mkdir /deep',
        'rmdir /deep',
      ];
      await writeFile(join(folder, 'commands'), `${commands.join('\n')}\n`);
      const options = ['IdentitiesOnly=yes', 'StrictHostKeyChecking=yes', `UserKnownHostsFile=${folder}/known_hosts`];
      const parameters = ['-F', 'none', '-i', join(folder, 'key'), '-P', String(server.port)];
      const { stdout } = await run(
        'sftp',
        [...options.flatMap((option) => ['-o', option]), ...parameters, '-b', join(folder, 'commands'), 'hr@127.0.0.1'],
        { cwd: folder },
      );
      expect(stdout).toMatch(/-rw-r--r--.* 7 .*old\.csv/);
      expect(stdout).not.toMatch(/\d .*new\.csv$/m);
      expect(await readFile(join(folder, 'back.csv'), 'utf8')).toBe('а;б\r\n');
      expect(server.ledger.operations.map(({ op }) => op)).toEqual(
        expect.arrayContaining(['rename', 'mkdir', 'rmdir']),
      );

      const { stdout: printed } = await run('ssh-keygen', ['-l', '-f', join(folder, 'known_hosts')]);
      expect(printed).toContain(server.hostKeyFingerprint);
    } finally {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
