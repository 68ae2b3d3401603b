import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Full path of a program; system folders are looked through even where PATH lacks them. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/sbin'];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}
