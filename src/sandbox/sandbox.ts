import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startLms, type Lms, type LmsOptions } from './lms/index.ts';
import { startMailTrap, type MailTrap } from './mail/index.ts';
import { startSftpServer, type SftpServer } from './sftp/index.ts';

/** Options of the sandbox. */
export interface SandboxOptions {
  /** Folder that the SFTP server serves; `out/`, `archive/` and `reports/` are made in it. */
  folder: string;
  /** Account of the SFTP server; default `hr` with the password `sandbox-password`. */
  username?: string;
  password?: string;
  lms?: Omit<LmsOptions, 'now'>;
  now?: () => Date;
}

/** The three systems of the main job, on 127.0.0.1 in this process. */
export interface Sandbox {
  sftp: SftpServer & { password: string };
  lms: Lms;
  mail: MailTrap;
  close(): Promise<void>;
}

/** Starts an SFTP server, an LMS and a mail trap. Each keeps a ledger of what it really did. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { folder, username = 'hr', password = 'sandbox-password', now = () => new Date() } = options;
  await Promise.all(['out', 'archive', 'reports'].map((name) => mkdir(join(folder, name), { recursive: true })));
  const sftp = await startSftpServer({ root: folder, username, password, now });
  const lms = await startLms({ ...options.lms, now });
  const mail = await startMailTrap({ now });
  return {
    sftp: { ...sftp, password },
    lms,
    mail,
    close: async () => {
      await Promise.all([sftp.close(), lms.close(), mail.close()]);
    },
  };
}
