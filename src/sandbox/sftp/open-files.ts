import { constants } from 'node:fs';
import { lstat, open, readdir, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { attributesOf, namedFile, setAttributes } from './file-attributes.ts';
import type { AnswerTo, Workplace } from './file-session.ts';
import type { SftpFaults } from './ledger.ts';
import { REQUEST, reply, STATUS, type NamedFile, type PacketReader } from './wire.ts';

type OpenHandle = { file: FileHandle } | { folder: string; names: string[] };

const NAMES_PER_ANSWER = 100;
/** As in OpenSSH, less than a packet. */
const MAX_READ_BYTES = 200 * 1024;

/** Answers to requests that open a file or a folder, or work on an open one. */
export function openFileAnswers(workplace: Workplace): { answers: Record<number, AnswerTo>; close(): Promise<void> } {
  const { ledger, faults } = workplace;
  const handles = new Map<string, OpenHandle>();
  let lastHandle = 0;

  const keep = (id: number, handle: OpenHandle) => {
    const name = String((lastHandle += 1));
    handles.set(name, handle);
    return reply.handle(id, name);
  };
  const find = (fields: PacketReader): OpenHandle => {
    const handle = handles.get(fields.text());
    if (!handle) throw badHandle();
    return handle;
  };
  const fileOf = (fields: PacketReader): FileHandle => {
    const handle = find(fields);
    if (!('file' in handle)) throw badHandle();
    return handle.file;
  };

  const answers: Record<number, AnswerTo> = {
    async [REQUEST.OPEN](id, fields) {
      const [path, flags, { mode }] = [fields.text(), fields.uint32(), fields.attributes()];
      const file = await workplace.onDisk(path);
      await workplace.note(flags & OPEN_FLAG.WRITE ? 'write' : 'read', path);
      return keep(id, { file: await open(file, nodeFlags(flags), mode ?? 0o644) });
    },
    async [REQUEST.OPENDIR](id, fields) {
      const path = fields.text();
      const folder = await workplace.onDisk(path);
      await workplace.note('list', path);
      return keep(id, { folder, names: (await readdir(folder)).sort() });
    },
    async [REQUEST.CLOSE](id, fields) {
      const name = fields.text();
      const handle = handles.get(name);
      if (!handle) throw badHandle();
      handles.delete(name);
      if ('file' in handle) await handle.file.close();
      return reply.status(id, STATUS.OK);
    },
    async [REQUEST.READ](id, fields) {
      const [file, position, length] = [fileOf(fields), fields.uint64(), fields.uint32()];
      const buffer = Buffer.allocUnsafe(Math.min(length, MAX_READ_BYTES));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
      if (bytesRead === 0) return reply.status(id, STATUS.EOF);
      if (isReached(faults, 'dropAfterBytes', bytesRead)) {
        faults.dropAfterBytes = undefined;
        workplace.drop();
        return undefined;
      }
      ledger.bytesRead += bytesRead;
      return reply.data(id, buffer.subarray(0, bytesRead));
    },
    async [REQUEST.WRITE](id, fields) {
      const [file, position, data] = [fileOf(fields), fields.uint64(), fields.bytes()];
      if (isReached(faults, 'fullAfterBytes', data.length))
        throw Object.assign(new Error('The disk is full.'), { code: 'ENOSPC' });
      await file.write(data, 0, data.length, position);
      ledger.bytesWritten += data.length;
      return reply.status(id, STATUS.OK);
    },
    async [REQUEST.READDIR](id, fields) {
      const handle = find(fields);
      if (!('names' in handle)) throw badHandle();
      const names = handle.names.splice(0, NAMES_PER_ANSWER);
      return names.length ? reply.names(id, await described(handle.folder, names)) : reply.status(id, STATUS.EOF);
    },
    async [REQUEST.FSTAT](id, fields) {
      return reply.attributes(id, attributesOf(await fileOf(fields).stat()));
    },
    async [REQUEST.FSETSTAT](id, fields) {
      await setAttributes(fileOf(fields), fields.attributes());
      return reply.status(id, STATUS.OK);
    },
  };

  return {
    answers,
    close: async () => {
      for (const handle of handles.values()) if ('file' in handle) await handle.file.close();
      handles.clear();
    },
  };
}

function badHandle(): Error {
  return Object.assign(new Error('There is no such handle.'), { code: 'EBADF' });
}

/** A file may go away between the list and its attributes: then it is not in the list. */
async function described(folder: string, names: string[]): Promise<NamedFile[]> {
  const found = names.map(async (name) => {
    const stats = await lstat(join(folder, name)).catch(() => undefined);
    return stats ? [namedFile(name, stats)] : [];
  });
  return (await Promise.all(found)).flat();
}

/** Counts down the bytes of a fault; true when they are used up. */
function isReached(faults: SftpFaults, name: 'dropAfterBytes' | 'fullAfterBytes', sizeBytes: number): boolean {
  const left = faults[name];
  if (left === undefined) return false;
  faults[name] = Math.max(0, left - sizeBytes);
  return left < sizeBytes;
}

const OPEN_FLAG = { READ: 1, WRITE: 2, APPEND: 4, CREATE: 8, TRUNCATE: 16, EXCLUSIVE: 32 } as const;

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
