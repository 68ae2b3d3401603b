import { constants } from 'node:fs';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { clientPath, confinedPath } from './confined-path.ts';
import { attributesOf, namedFile } from './file-attributes.ts';
import type { SftpFaults, SftpLedger, SftpOperation } from './ledger.ts';
import { REQUEST, reply, STATUS, type Attributes, type PacketReader } from './wire.ts';

/** What a session works on. */
export interface SessionContext {
  root: string;
  ledger: SftpLedger;
  faults: SftpFaults;
  now(): Date;
  /** Drops the connection at once. */
  drop(): void;
}

/** Answers one request; nothing when the connection was dropped. File system errors come through. */
export type Answering = (type: number, id: number, fields: PacketReader) => Promise<Buffer | undefined>;

type OpenHandle = { file: fs.FileHandle } | { entries: string[]; folder: string };

const OPEN_FLAG = { READ: 1, WRITE: 2, APPEND: 4, CREATE: 8, TRUNCATE: 16, EXCLUSIVE: 32 } as const;
const NAMES_PER_ANSWER = 100;
const MAX_READ_BYTES = 200 * 1024;

/** An error of the file system, made here. */
export function fileError(code: 'EEXIST' | 'ENOSPC' | 'EBADF'): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code });
}

/** The files of one connection. `close` closes what the client left open. */
export function newFileSession(context: SessionContext): { answer: Answering; close(): Promise<void> } {
  const { root, ledger, faults } = context;
  const handles = new Map<string, OpenHandle>();
  let lastHandle = 0;

  const onDisk = (path: string) => confinedPath(root, path);
  const note = async (op: SftpOperation['op'], path: string, to?: string) => {
    const operation = {
      op,
      path: clientPath(path),
      ...(to !== undefined && { to: clientPath(to) }),
      at: context.now().toISOString(),
    };
    await faults.onOperation?.(operation);
    ledger.operations.push(operation);
  };
  const newHandle = (id: number, handle: OpenHandle) => {
    const name = String((lastHandle += 1));
    handles.set(name, handle);
    return reply.handle(id, name);
  };
  const fileOf = (fields: PacketReader) => {
    const handle = handles.get(fields.text());
    if (!handle || !('file' in handle)) throw fileError('EBADF');
    return handle.file;
  };
  const done = async (id: number, work: Promise<unknown>) => {
    await work;
    return reply.status(id, STATUS.OK);
  };

  const answers: Record<number, (id: number, fields: PacketReader) => Promise<Buffer | undefined>> = {
    async [REQUEST.OPEN](id, fields) {
      const [path, flags, { mode }] = [fields.text(), fields.uint32(), fields.attributes()];
      const file = await onDisk(path);
      await note(flags & OPEN_FLAG.WRITE ? 'write' : 'read', path);
      return newHandle(id, { file: await fs.open(file, nodeFlags(flags), mode ?? 0o644) });
    },
    async [REQUEST.CLOSE](id, fields) {
      const name = fields.text();
      const handle = handles.get(name);
      if (!handle) throw fileError('EBADF');
      handles.delete(name);
      return done(id, 'file' in handle ? handle.file.close() : Promise.resolve());
    },
    async [REQUEST.READ](id, fields) {
      const [file, position, length] = [fileOf(fields), fields.uint64(), fields.uint32()];
      const buffer = Buffer.allocUnsafe(Math.min(length, MAX_READ_BYTES));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
      if (bytesRead === 0) return reply.status(id, STATUS.EOF);
      if (isReached(faults, 'dropAfterBytes', bytesRead)) {
        faults.dropAfterBytes = undefined;
        context.drop();
        return undefined;
      }
      ledger.bytesRead += bytesRead;
      return reply.data(id, buffer.subarray(0, bytesRead));
    },
    async [REQUEST.WRITE](id, fields) {
      const [file, position, data] = [fileOf(fields), fields.uint64(), fields.bytes()];
      if (isReached(faults, 'fullAfterBytes', data.length)) throw fileError('ENOSPC');
      ledger.bytesWritten += data.length;
      return done(id, file.write(data, 0, data.length, position));
    },
    async [REQUEST.OPENDIR](id, fields) {
      const path = fields.text();
      const folder = await onDisk(path);
      await note('list', path);
      return newHandle(id, { folder, entries: (await fs.readdir(folder)).sort() });
    },
    async [REQUEST.READDIR](id, fields) {
      const handle = handles.get(fields.text());
      if (!handle || !('entries' in handle)) throw fileError('EBADF');
      const names = handle.entries.splice(0, NAMES_PER_ANSWER);
      if (!names.length) return reply.status(id, STATUS.EOF);
      const found = await Promise.all(
        names.map(async (name) => {
          // A file may go away between the list and its attributes.
          const stats = await fs.lstat(join(handle.folder, name)).catch(() => undefined);
          return stats ? [namedFile(name, stats)] : [];
        }),
      );
      return reply.names(id, found.flat());
    },
    async [REQUEST.STAT](id, fields) {
      const path = fields.text();
      const file = await onDisk(path);
      await note('stat', path);
      return reply.attributes(id, attributesOf(await fs.stat(file)));
    },
    async [REQUEST.LSTAT](id, fields) {
      const path = fields.text();
      const file = await onDisk(path);
      await note('stat', path);
      return reply.attributes(id, attributesOf(await fs.lstat(file)));
    },
    async [REQUEST.FSTAT](id, fields) {
      return reply.attributes(id, attributesOf(await fileOf(fields).stat()));
    },
    async [REQUEST.SETSTAT](id, fields) {
      const [path, attributes] = [fields.text(), fields.attributes()];
      const file = await onDisk(path);
      await note('setstat', path);
      const open = await fs.open(file, constants.O_RDONLY);
      return done(
        id,
        setAttributes(open, attributes, file).finally(() => open.close()),
      );
    },
    async [REQUEST.FSETSTAT](id, fields) {
      const [file, attributes] = [fileOf(fields), fields.attributes()];
      return done(id, setAttributes(file, attributes));
    },
    async [REQUEST.REMOVE](id, fields) {
      const path = fields.text();
      const file = await onDisk(path);
      await note('remove', path);
      return done(id, fs.unlink(file));
    },
    async [REQUEST.MKDIR](id, fields) {
      const [path, { mode }] = [fields.text(), fields.attributes()];
      const folder = await onDisk(path);
      await note('mkdir', path);
      return done(id, fs.mkdir(folder, mode ?? 0o755));
    },
    async [REQUEST.RMDIR](id, fields) {
      const path = fields.text();
      const folder = await onDisk(path);
      await note('rmdir', path);
      return done(id, fs.rmdir(folder));
    },
    async [REQUEST.REALPATH](id, fields) {
      const path = clientPath(fields.text());
      return reply.names(id, [{ name: path, longName: path }]);
    },
    async [REQUEST.RENAME](id, fields) {
      const [from, to] = [fields.text(), fields.text()];
      const [old, taken] = [await onDisk(from), await onDisk(to)];
      await note('rename', from, to);
      if (await exists(taken)) throw fileError('EEXIST');
      return done(id, fs.rename(old, taken));
    },
    async [REQUEST.EXTENDED](id, fields) {
      if (fields.text() !== 'posix-rename@openssh.com') return reply.status(id, STATUS.OP_UNSUPPORTED);
      const [from, to] = [fields.text(), fields.text()];
      const [old, replaced] = [await onDisk(from), await onDisk(to)];
      await note('rename', from, to);
      return done(id, fs.rename(old, replaced));
    },
  };

  return {
    answer: async (type, id, fields) => {
      const run = answers[type];
      return run ? run(id, fields) : reply.status(id, STATUS.OP_UNSUPPORTED);
    },
    close: async () => {
      for (const handle of handles.values()) if ('file' in handle) await handle.file.close();
      handles.clear();
    },
  };
}

/** Counts down the bytes of a fault; true when they are used up. */
function isReached(faults: SftpFaults, name: 'dropAfterBytes' | 'fullAfterBytes', sizeBytes: number): boolean {
  const left = faults[name];
  if (left === undefined) return false;
  faults[name] = Math.max(0, left - sizeBytes);
  return left < sizeBytes;
}

function nodeFlags(flags: number): number {
  const { O_RDONLY, O_WRONLY, O_RDWR, O_APPEND, O_CREAT, O_TRUNC, O_EXCL } = constants;
  const isBoth = flags & OPEN_FLAG.READ && flags & OPEN_FLAG.WRITE;
  return (
    (isBoth ? O_RDWR : flags & OPEN_FLAG.WRITE ? O_WRONLY : O_RDONLY) |
    (flags & OPEN_FLAG.APPEND ? O_APPEND : 0) |
    (flags & OPEN_FLAG.CREATE ? O_CREAT : 0) |
    (flags & OPEN_FLAG.TRUNCATE ? O_TRUNC : 0) |
    (flags & OPEN_FLAG.EXCLUSIVE ? O_EXCL : 0)
  );
}

/** Owners are left alone: the files belong to whoever runs the sandbox. */
async function setAttributes(file: fs.FileHandle, attributes: Attributes, path?: string): Promise<void> {
  const { sizeBytes, mode, accessedAt, modifiedAt } = attributes;
  if (sizeBytes !== undefined) await (path ? fs.truncate(path, sizeBytes) : file.truncate(sizeBytes));
  if (mode !== undefined) await file.chmod(mode & 0o7777);
  if (accessedAt !== undefined && modifiedAt !== undefined) await file.utimes(accessedAt, modifiedAt);
}

async function exists(path: string): Promise<boolean> {
  return fs.lstat(path).then(
    () => true,
    () => false,
  );
}
