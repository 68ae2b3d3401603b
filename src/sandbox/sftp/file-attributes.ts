import type { Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { Attributes, NamedFile } from './wire.ts';

/** The attributes of a file for the wire. */
export function attributesOf(stats: Stats): Required<Attributes> {
  return {
    sizeBytes: stats.size,
    uid: stats.uid,
    gid: stats.gid,
    mode: stats.mode,
    accessedAt: Math.floor(stats.atimeMs / 1000),
    modifiedAt: Math.floor(stats.mtimeMs / 1000),
  };
}

/** A file of a folder with its line of `ls -l`. */
export function namedFile(name: string, stats: Stats): NamedFile {
  return { name, longName: longNameOf(name, stats), attributes: attributesOf(stats) };
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function longNameOf(name: string, stats: Stats): string {
  const type = stats.isDirectory() ? 'd' : stats.isSymbolicLink() ? 'l' : '-';
  const rights = [6, 3, 0].map((shift) => {
    const bits = (stats.mode >> shift) & 7;
    return (bits & 4 ? 'r' : '-') + (bits & 2 ? 'w' : '-') + (bits & 1 ? 'x' : '-');
  });
  const { mtime } = stats;
  const date = `${months[mtime.getUTCMonth()]} ${String(mtime.getUTCDate()).padStart(2)} ${mtime.getUTCFullYear()}`;
  return `${type}${rights.join('')} ${stats.nlink} ${stats.uid} ${stats.gid} ${String(stats.size).padStart(8)} ${date} ${name}`;
}

/** Sets size, rights and times where given. Owners are left alone: the files belong to whoever runs the server. */
export async function setAttributes(file: FileHandle, attributes: Attributes): Promise<void> {
  const { sizeBytes, mode, accessedAt, modifiedAt } = attributes;
  if (sizeBytes !== undefined) await file.truncate(sizeBytes);
  if (mode !== undefined) await file.chmod(mode & 0o7777);
  if (accessedAt !== undefined && modifiedAt !== undefined) await file.utimes(accessedAt, modifiedAt);
}
