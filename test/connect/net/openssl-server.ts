import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Certificates } from './certificates.ts';

/** OpenSSL's own server, which demands a client certificate and, before TLS 1.3, says so while the connection is made. */
export async function startOpensslServer(made: Certificates): Promise<{ url: string; close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'portolan-tls-'));
  const files = { 'ca.pem': made.ca, 'server.pem': made.server.cert, 'server.key': made.server.key };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const certificates = ['-cert', 'server.pem', '-key', 'server.key', '-CAfile', 'ca.pem'];
  const demands = ['-Verify', '1', '-verify_return_error', '-tls1_2', '-www'];
  const server = spawn('openssl', ['s_server', '-accept', '127.0.0.1:0', ...demands, ...certificates], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let said = '';
  const port = await new Promise<string>((resolve, reject) => {
    server.once('error', reject);
    server.once('exit', () => reject(new Error('openssl s_server ended')));
    server.stdout.on('data', (bytes: Buffer) => {
      said += bytes.toString();
      const listening = /^ACCEPT \S+:(\d+)$/m.exec(said)?.[1];
      if (listening) resolve(listening);
    });
  });
  return {
    url: `https://127.0.0.1:${port}`,
    async close() {
      server.kill();
      if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
      rmSync(folder, { recursive: true });
    },
  };
}
