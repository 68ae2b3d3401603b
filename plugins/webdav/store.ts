import { defineFileStore, isProblem, problem, type OpenFileStore, type Problem } from '#sdk';
import { openClient, type DavClient } from './client.ts';
import { connection } from './connection.ts';
import { denied, isFolder, noFile, noFolder, refusalOf, taken, type Meaning } from './failure.ts';
import { entriesOf, factsOf, isFolderThere } from './facts.ts';
import { folderOf, urlOf } from './paths.ts';
import { readFrom } from './read.ts';
import { writeTo } from './write.ts';

/** Files in a WebDAV folder. */
export default defineFileStore({
  name: 'webdav',
  summary: 'Files in a folder on a WebDAV server.',
  connection,
  async open({ connection: options, connectionName, signal }) {
    const client = await openClient(options, connectionName, signal);
    try {
      if (!(await isFolderThere(client, ''))) throw noBase(client.base);
      return storeOf(client);
    } catch (error) {
      await client.close();
      throw error;
    }
  },
});

function storeOf(client: DavClient): OpenFileStore {
  return {
    stat: (path) => factsOf(client, path),
    list: (folder) => entriesOf(client, folder),
    read: (path, fromByte = 0) => readFrom(client, path, fromByte),
    write: (path) => writeTo(client, path),
    rename: (from, to, replace = false) => rename(client, from, to, replace),
    remove: (path) => remove(client, path),
    makeFolder: (path) => makeFolder(client, path),
    close: () => client.close(),
  };
}

const noBase = (base: URL): Problem =>
  problem('FILE_FOLDER_MISSING', `There is no folder ${base.pathname} on ${base.host}.`, {
    fix: 'Check `url` of the connection, where capitals count.',
  });

/** Does it; the server's "no" is told. */
async function done(
  client: DavClient,
  method: string,
  path: string,
  meaning: Meaning,
  headers: Record<string, string> = {},
): Promise<void> {
  const answer = await client.send(method, { url: urlOf(client.base, path), headers });
  await answer.discard();
  // A 207 lists parts that were not done.
  if (answer.status < 200 || answer.status >= 300 || answer.status === 207)
    throw refusalOf(answer.status, client.host, path, meaning);
}

/** A DELETE takes a folder with all that is in it, so it is asked first what is there. */
async function remove(client: DavClient, path: string): Promise<void> {
  const found = await factsOf(client, path);
  if (!found) throw noFile(path);
  if (found.isFolder) throw isFolder(path);
  await done(client, 'DELETE', path, { absent: noFile(path) });
}

/** At one stroke; the server itself refuses a taken name. A MOVE over a folder would take all that is in it. */
async function rename(client: DavClient, from: string, to: string, replace: boolean): Promise<void> {
  if (replace && (await isFolderThere(client, to))) throw isFolder(to);
  const headers = { destination: urlOf(client.base, to).href, overwrite: replace ? 'T' : 'F' };
  const meaning = { absent: noFile(from), conflict: noFolder(to), condition: taken(to) };
  await done(client, 'MOVE', from, meaning, headers).catch(async (error: unknown) => {
    // Apache calls a missing folder an error of its own (500).
    if (!isProblem(error) || error.code !== 'FILE_FAILED') throw error;
    if (await isFolderThere(client, folderOf(to))) throw error;
    throw noFolder(to);
  });
}

async function makeFolder(client: DavClient, path: string): Promise<void> {
  const missing: string[] = [];
  for (let folder = path.replace(/\/+$/, ''); folder !== '' && folder !== '.'; folder = folderOf(folder)) {
    if (await isFolderThere(client, folder)) break;
    missing.unshift(folder);
  }
  for (const folder of missing) {
    const answer = await client.send('MKCOL', { url: urlOf(client.base, folder, true) });
    await answer.discard();
    if (answer.status === 201) continue;
    // Somebody else may have made it meanwhile.
    if (await isFolderThere(client, folder)) continue;
    throw answer.status === 405
      ? denied(folder)
      : refusalOf(answer.status, client.host, folder, { absent: noFolder(folder), conflict: noFolder(folder) });
  }
}
