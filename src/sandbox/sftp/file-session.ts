import { clientPath, confinedPath } from './confined-path.ts';
import type { SftpFaults, SftpLedger, SftpOperation } from './ledger.ts';
import { openFileAnswers } from './open-files.ts';
import { pathAnswers } from './path-requests.ts';
import { reply, STATUS, type PacketReader } from './wire.ts';

/** What a session works on. */
export interface SessionContext {
  root: string;
  ledger: SftpLedger;
  faults: SftpFaults;
  now(): Date;
  /** Drops the connection at once. */
  drop(): void;
}

/** The session as the answers to its requests see it. */
export interface Workplace extends SessionContext {
  /** The file on disk behind a client's path. Throws `OutsideOfRoot`. */
  onDisk(path: string): Promise<string>;
  /** Runs the hook and writes the operation into the ledger. */
  note(op: SftpOperation['op'], path: string, to?: string): Promise<void>;
}

/** Answers one request; nothing when the connection was dropped. Errors of the file system come through. */
export type AnswerTo = (id: number, fields: PacketReader) => Promise<Buffer | undefined>;

/** The requests of one connection, by their type. */
export interface FileSession {
  answer(type: number, id: number, fields: PacketReader): Promise<Buffer | undefined>;
  /** Closes what the client left open. */
  close(): Promise<void>;
}

/** A session over the files of the root. */
export function newFileSession(context: SessionContext): FileSession {
  const { root, ledger, faults } = context;
  const workplace: Workplace = {
    ...context,
    onDisk: (path) => confinedPath(root, path),
    note: async (op, path, to) => {
      const at = context.now().toISOString();
      const operation = { op, path: clientPath(path), ...(to !== undefined && { to: clientPath(to) }), at };
      await faults.onOperation?.(operation);
      ledger.operations.push(operation);
    },
  };
  const files = openFileAnswers(workplace);
  const answers: Record<number, AnswerTo> = { ...files.answers, ...pathAnswers(workplace) };
  return {
    answer: async (type, id, fields) => {
      const run = answers[type];
      return run ? run(id, fields) : reply.status(id, STATUS.OP_UNSUPPORTED);
    },
    close: () => files.close(),
  };
}
