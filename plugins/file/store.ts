import { constants } from 'node:fs';
import { link, lstat, mkdir, open, readdir, rename, rm, stat, unlink } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { defineFileStore, field, fileProblem, type FileEntry, type FileWriter, type OpenFileStore } from '#sdk';
import { confineTo, type Confined } from './confine.ts';
import { told } from './failure.ts';

const chunkBytes = 256 * 1024;

/** A folder of this machine: the workspace's, or the connection's. */
export default defineFileStore({
  name: 'file',
  summary: 'Files in a folder of this machine.',
  connection: field.object(
    {
      folder: field.text({
        about:
          'Folder that paths start in and never leave, neither by `..` nor by links. Relative to the workspace; without it the workspace itself.',
        examples: ['/var/spool/hr'],
      }),
    },
    { about: 'Where the files are. Without a connection they lie in the workspace.', optional: true },
  ),

  open({ connection, folder, signal }) {
    const { folder: wanted = '.' } = (connection ?? {}) as { folder?: string };
    return Promise.resolve({
      ...localStore(confineTo(resolve(folder, wanted)), signal),
      placeOf: (path) => (isAbsolute(path) ? path : join(wanted, path)),
    });
  },
});

function localStore(confined: Confined, signal: AbortSignal): OpenFileStore {
  return {
    list: (folder) =>
      told(`${folder.replace(/\/+$/, '')}/`, 'FILE_FOLDER_MISSING', async () => {
        signal.throwIfAborted();
        const real = await confined.real(folder);
        const names = await readdir(real);
        const entries = await Promise.all(names.map((name) => entryOf(join(real, name), named(folder, name))));
        return entries.filter((entry) => entry !== undefined);
      }),
    stat: (path) => told(path, 'FILE_MISSING', async () => entryOf(await confined.real(path), path)),
    read: (path, fromByte = 0) => read(confined, path, fromByte, signal),
    write: (path) => write(confined, path),
    async rename(from, to, replace = false) {
      const source = await told(from, 'FILE_MISSING', () => confined.realName(from));
      const target = await told(to, 'FILE_FOLDER_MISSING', () => confined.realName(to));
      await told(from, 'FILE_MISSING', () => lstat(source));
      await told(to, 'FILE_FOLDER_MISSING', () => (replace ? rename(source, target) : renameNew(source, target)));
    },
    remove: (path) => told(path, 'FILE_MISSING', async () => unlink(await confined.realName(path))),
    makeFolder: (path) =>
      told(path, 'FILE_FOLDER_MISSING', async () => {
        await mkdir(await confined.real(path), { recursive: true });
      }),
    close: () => Promise.resolve(),
  };
}

const named = (folder: string, name: string): string =>
  folder === '.' || folder === '' ? name : `${folder.replace(/\/+$/, '')}/${name}`;

/** Follows links; undefined for what isn't there, and for links that lead nowhere. */
async function entryOf(real: string, path: string): Promise<FileEntry | undefined> {
  const facts = await stat(real).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (!facts) return undefined;
  const name = path.replace(/\/+$/, '').split('/').at(-1)!;
  return { name, path, size: facts.size, mtime: Math.floor(facts.mtimeMs), isFolder: facts.isDirectory() };
}

async function* read(
  confined: Confined,
  path: string,
  fromByte: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const handle = await told(path, 'FILE_MISSING', async () => open(await confined.real(path), 'r'));
  try {
    for (let at = fromByte; ;) {
      signal.throwIfAborted();
      const chunk = Buffer.allocUnsafe(chunkBytes);
      const { bytesRead } = await told(path, 'FILE_MISSING', () => handle.read(chunk, 0, chunkBytes, at));
      if (bytesRead === 0) return;
      at += bytesRead;
      yield chunk.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

async function write(confined: Confined, path: string): Promise<FileWriter> {
  const real = await told(path, 'FILE_FOLDER_MISSING', () => confined.realName(path));
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
  const handle = await told(path, 'FILE_FOLDER_MISSING', () => open(real, flags));
  let isClosed = false;
  const close = async () => {
    if (isClosed) return;
    isClosed = true;
    await handle.close();
  };
  return {
    write: (chunk) => told(path, 'FILE_MISSING', () => handle.writeFile(chunk)),
    end: () =>
      told(path, 'FILE_MISSING', async () => {
        // Before its rename: after a power cut the name must not stand over an empty file.
        await handle.sync();
        await close();
      }),
    async abort() {
      await close();
      await rm(real, { force: true });
    },
  };
}

/** A link fails where the name is taken, a rename would replace it. File systems without links get a look before. */
async function renameNew(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EXDEV' && code !== 'EMLINK') throw error;
    if (await lstat(to).catch(() => undefined)) throw fileProblem('taken', to, '');
    return rename(from, to);
  }
  await unlink(from);
}
