import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import ssh2, { type AuthContext, type Prompt } from 'ssh2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import store from '../../../plugins/sftp/store.ts';
import { newKeyPair } from '../../../src/sandbox/index.ts';
import { codeOf, fileStoreContract } from '../../../src/connect/contract/index.ts';
import { openContext } from '../../connect/contexts.ts';
import { findProgram } from '../../servers/find-program.ts';
import { openFilesBelow } from '../../servers/open-files.ts';
import { startOpenSsh, type OpenSsh } from '../../servers/openssh.ts';

let server: OpenSsh;
beforeAll(async () => {
  server = await startOpenSsh({ passwords: 'prompted' });
  if (server.password === undefined) throw new Error('PAM lets accounts in only where the tests run as root.');
});
afterAll(() => server.close());

const open = (changes: object = {}, signal?: AbortSignal) => {
  const { host, port, username, password, hostKey } = server;
  return store.open(openContext({ host, port, username, password, hostKey, ...changes }, signal ? { signal } : {}));
};

let folders = 0;
fileStoreContract('sftp over OpenSSH that asks for the password by PAM', () => ({
  open: (signal) => open({}, signal),
  async newFolder() {
    const name = `p${(folders += 1)}`;
    await server.seed(`${name}/x`, '');
    await rm(join(server.folder, name, 'x'));
    return name;
  },
  seed: (path, content, mtime) => server.seed(path, content, mtime),
  openHandles: () => openFilesBelow(server.folder),
  refusals: [
    {
      about: 'wrong password',
      code: 'SFTP_AUTH_DENIED',
      secret: 'not-it-at-all',
      open: () => open({ password: 'not-it-at-all' }),
    },
    { about: 'no password', code: 'SFTP_AUTH_DENIED', open: () => open({ password: undefined }) },
    {
      about: 'a password that has expired',
      code: 'SFTP_PROMPT',
      secret: server.password!,
      async open() {
        execFileSync(findProgram('chage')!, ['-d', '0', server.username], { stdio: 'pipe' });
        try {
          return await open();
        } finally {
          execFileSync(findProgram('chage')!, ['-d', '2026-01-01', server.username], { stdio: 'pipe' });
        }
      },
    },
  ],
}));

/** Logs in at a server that asks for these one after the other, and gives what it was answered and told. */
async function askedFor(rounds: Prompt[][], connection: object): Promise<{ answers: string[]; told: unknown }> {
  const answers: string[] = [];
  const key = newKeyPair();
  const asking = new ssh2.Server({ hostKeys: [key.private] }, (client) => {
    client.on('error', () => {});
    client.on('authentication', (context: AuthContext) => {
      if (context.method === 'publickey' && context.signature === undefined) return context.accept();
      if (context.method !== 'keyboard-interactive') return context.reject(['keyboard-interactive']);
      const ask = (round: number): void => {
        const prompts = rounds[round];
        if (!prompts) return context.accept();
        context.prompt(prompts, (given) => {
          answers.push(...(given as unknown as string[]));
          ask(round + 1);
        });
      };
      ask(0);
    });
    client.on('session', (accept) => accept().on('sftp', (acceptSftp) => void acceptSftp()));
  });
  asking.listen(0, '127.0.0.1');
  await once(asking, 'listening');
  const { port } = asking.address() as AddressInfo;
  const hostKey = `SHA256:${(await import('node:crypto'))
    .createHash('sha256')
    .update(Buffer.from(key.public.split(' ')[1]!, 'base64'))
    .digest('base64')
    .replace(/=+$/, '')}`;
  try {
    const options = { host: '127.0.0.1', port, username: 'hr', hostKey, timeout: 5000, ...connection };
    const opened = await store.open(openContext(options));
    await opened.close();
    return { answers, told: undefined };
  } catch (told) {
    return { answers, told };
  } finally {
    await new Promise((resolve) => asking.close(resolve));
  }
}

describe('a server that asks by prompts', () => {
  const password = 'open sesame';
  it('is given the password where it asks for that, in any of the usual tongues', async () => {
    for (const prompt of ['Password: ', "hr's password:", 'Пароль: ', '(hr@files) Password:']) {
      expect(await askedFor([[{ prompt, echo: false }]], { password })).toEqual({
        answers: [password],
        told: undefined,
      });
    }
  });

  it('is told apart where it asks for a one-time code, and is not given the password for it', async () => {
    for (const prompt of ['Verification code: ', 'One-time password (OATH) for `hr: ', 'Passcode or option (1-3): ']) {
      const { answers, told } = await askedFor([[{ prompt, echo: false }]], { password });
      expect({ answers, code: (told as { code: string }).code }).toEqual({ answers: [], code: 'SFTP_PROMPT' });
      expect((told as Error).message).toMatch(/^127\.0\.0\.1 asks hr for “.+”, which only a person can answer\.$/);
    }
  });

  it('that asks for the code after the password has been given gets no more', async () => {
    const rounds = [[{ prompt: 'Password: ', echo: false }], [{ prompt: 'Verification code: ', echo: false }]];
    const { answers, told } = await askedFor(rounds, { password });
    expect({ answers, code: (told as { code: string }).code }).toEqual({ answers: [password], code: 'SFTP_PROMPT' });
  });

  it('never sees the password where it would be shown, asked for twice, or wanted anew', async () => {
    const shown = await askedFor([[{ prompt: 'Password: ', echo: true }]], { password });
    expect({ answers: shown.answers, code: (shown.told as { code: string }).code }).toEqual({
      answers: [],
      code: 'SFTP_PROMPT',
    });
    const again = [[{ prompt: 'Password: ', echo: false }], [{ prompt: 'Password: ', echo: false }]];
    const twice = await askedFor(again, { password });
    expect({ answers: twice.answers, code: (twice.told as { code: string }).code }).toEqual({
      answers: [password],
      code: 'SFTP_AUTH_DENIED',
    });
    const anew = await askedFor([[{ prompt: 'New password: ', echo: false }]], { password });
    expect((anew.told as Error).message).toContain('expired');
  });

  it('that asks for a password where the connection has a key alone is told', async () => {
    const privateKey = newKeyPair().private;
    expect(
      await codeOf(async () => {
        const { told } = await askedFor([[{ prompt: 'Password: ', echo: false }]], { privateKey });
        throw told;
      }),
    ).toBe('SFTP_AUTH_DENIED');
  });
});
