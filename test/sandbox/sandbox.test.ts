import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import SftpClient from 'ssh2-sftp-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generatePeople, startSandbox, toCsv, type Sandbox } from '../../src/sandbox/index.ts';
import { clientOf } from './lms-client.ts';

let folder: string;
let sandbox: Sandbox;

describe('the sandbox', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
    sandbox = await startSandbox({ folder, lms: { token: 'own-token' }, now: () => new Date('2026-11-24T02:30:00Z') });
  });
  afterAll(async () => {
    await sandbox.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('makes the folders of the job', async () => {
    expect((await readdir(folder)).sort()).toEqual(['archive', 'out', 'reports']);
  });

  it('runs the three systems by one clock', async () => {
    const { sftp, lms, mail } = sandbox;
    const client = new SftpClient('test');
    await client.connect({ host: sftp.host, port: sftp.port, username: sftp.username, password: sftp.password });
    await client.put(toCsv(generatePeople({ count: 3 })).csv, '/out/employees.csv');
    await client.end();
    const created = await clientOf(lms)('POST', '/users', { login: 'a.b', lastName: 'Белова' });
    expect(created.status).toBe(201);
    const transport = createTransport(mail.url);
    await transport.sendMail({ from: 'a@company.example', to: 'b@company.example', subject: 'x', text: 'y' });
    transport.close();
    const at = '2026-11-24T02:30:00.000Z';
    expect(sftp.ledger.operations.find(({ op }) => op === 'write')).toEqual({
      op: 'write',
      path: '/out/employees.csv',
      at,
    });
    expect(lms.ledger.events).toMatchObject([{ kind: 'created', at }]);
    expect(mail.ledger.list).toMatchObject([{ subject: 'x', at }]);
  });
});
