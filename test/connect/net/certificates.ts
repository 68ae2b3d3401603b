import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Texts of PEM files, valid for a day. */
export interface Certificates {
  ca: string;
  /** Of 127.0.0.1. */
  server: { cert: string; key: string };
  client: { cert: string; key: string };
  /** The client's key, opened by `sesame`. */
  lockedKey: string;
}

/** An authority, and certificates of a server and a client that it vouches for. */
export function makeCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'portolan-tls-'));
  const openssl = (...words: string[]): void => void execFileSync('openssl', words, { cwd: folder, stdio: 'ignore' });
  const text = (name: string): string => readFileSync(join(folder, name), 'utf8');
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  try {
    openssl(
      'req',
      '-x509',
      ...curve,
      '-days',
      '1',
      '-subj',
      '/CN=Own authority',
      '-keyout',
      'ca.key',
      '-out',
      'ca.pem',
    );
    writeFileSync(join(folder, 'names'), 'subjectAltName=IP:127.0.0.1\n');
    const signed = (name: string): { cert: string; key: string } => {
      openssl('req', ...curve, '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.csr`);
      const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'names', '-days', '1'];
      openssl('x509', '-req', '-in', `${name}.csr`, '-out', `${name}.pem`, ...by);
      return { cert: text(`${name}.pem`), key: text(`${name}.key`) };
    };
    const [server, client] = [signed('server'), signed('client')];
    openssl('pkey', '-in', 'client.key', '-aes256', '-passout', 'pass:sesame', '-out', 'locked.key');
    return { ca: text('ca.pem'), server, client, lockedKey: text('locked.key') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
