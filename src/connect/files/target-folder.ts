import { isProblem, problem, type Problem } from '../../model/problem.ts';
import { folderOf } from './glob.ts';
import type { OpenFileStore } from './port.ts';

/** Throws FILE_FOLDER_MISSING where the folder that a file is to be written to is not there. */
export async function requireFolder(store: OpenFileStore, path: string, connection?: string): Promise<void> {
  const folder = folderOf(path);
  if (folder === '.' || folder === '/') return;
  if (!(await store.stat(folder))?.isFolder) throw folderMissing(store, path, connection);
}

/** The problem of a part that could not be begun, told of the file that was to be: nobody wrote the part's name. */
export async function underItsName(
  error: unknown,
  store: OpenFileStore,
  path: string,
  connection?: string,
): Promise<unknown> {
  if (!isProblem(error)) return error;
  if (error.code === 'FILE_FOLDER_MISSING') return folderMissing(store, path, connection, error);
  const { code, class: kind, fix, message } = error;
  const told = message.replace(/(\.[^/]*)\.part-[0-9a-f]{8}-[0-9a-f]{12}/, (_, name: string) => name.slice(1));
  return told === message ? error : problem(code, told, { class: kind, cause: error, ...(fix ? { fix } : {}) });
}

function folderMissing(store: OpenFileStore, path: string, connection: string | undefined, cause?: unknown): Problem {
  const folder = folderOf(path);
  const place = store.placeOf?.(folder) ?? folder;
  const written = place === folder ? '' : `: the path ${path} begins in the folder of the connection “${connection}”`;
  const of = connection !== undefined && place === folder ? ` in the connection “${connection}”` : '';
  return problem('FILE_FOLDER_MISSING', `The folder ${place} does not exist${of}${written}.`, {
    fix:
      connection === undefined
        ? 'Make the folder, or correct the path, where capitals count.'
        : 'Make the folder, or correct the path, where capitals count. For a place elsewhere declare another connection and name it by `connection:` here.',
    cause,
  });
}
