import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileSource } from '../../connect/files/index.ts';
import { defineFileStore, problem, type FileEntry, type OpenFormat, type OpenSource } from '../../connect/sdk/index.ts';
import type { World } from '../../engine/run/world.ts';
import { compileTemplate } from '../../expression/index.ts';
import type { Clock } from '../../model/clock.ts';

type Opening = Parameters<World['openSource']>[1];

/**
 * A source that yields a fixture through a format, as a file of the real source would be: a full feed, read whole. `empty`
 * as the pipeline's own source says.
 */
export async function openFixture(
  path: string,
  format: OpenFormat,
  clock: Clock,
  empty: 'fail' | 'allow',
  opening: Opening,
): Promise<OpenSource> {
  const source = await fileSource(folderStore).open({
    ...opening,
    connection: dirname(path),
    connectionName: 'fixtures',
    folder: dirname(path),
    clock,
    format,
    options: { path: compileTemplate(basename(path), 'filePath'), empty },
  });
  if ('nothing' in source) throw unreadable(path);
  return source;
}

/** A folder that is only read. */
const folderStore = defineFileStore({
  name: 'fixtures',
  summary: 'Fixtures of a check.',
  async open({ folder }) {
    return {
      list: async () => {
        const names = await readdir(folder);
        const entries = await Promise.all(names.map((name) => entryOf(folder, name)));
        return entries.filter((entry) => entry !== undefined);
      },
      stat: (path) => entryOf(folder, path),
      read: (path, fromByte = 0) => createReadStream(join(folder, path), { start: fromByte }),
      write: readOnly,
      rename: readOnly,
      remove: readOnly,
      makeFolder: readOnly,
      close: async () => {},
    };
  },
});

async function entryOf(folder: string, name: string): Promise<FileEntry | undefined> {
  const found = await stat(join(folder, name)).catch(() => undefined);
  return (
    found && { name: basename(name), path: name, size: found.size, mtime: found.mtimeMs, isFolder: found.isDirectory() }
  );
}

const readOnly = (): Promise<never> => Promise.reject(new Error('fixtures are only read'));

const unreadable = (path: string): Error =>
  problem('FIXTURE_UNREADABLE', `The fixture ${path} is not there.`, {
    fix: 'Correct the path, which begins at the folder of the check.',
  });
