import { chown, mkdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Puts a file into a server's folder as its account does; `mtime` in UTC milliseconds. */
export type Seed = (path: string, content: string | Uint8Array, mtime?: number) => Promise<void>;

/** Files below a folder, which belong to an owner. */
export const seedsIn =
  (folder: string, owner: { uid: number; gid: number }): Seed =>
  async (path, content, mtime) => {
    const full = join(folder, path);
    await mkdir(dirname(full), { recursive: true });
    await writeFile(full, content);
    await chown(dirname(full), owner.uid, owner.gid);
    await chown(full, owner.uid, owner.gid);
    if (mtime !== undefined) await utimes(full, mtime / 1000, mtime / 1000);
  };
