import type { FileEntry } from '#sdk';
import type { DavClient } from './client.ts';
import { denied, noFile, noFolder, notDav, refusalOf, type Meaning } from './failure.ts';
import { NotMultistatus, readMultistatus, type Resource } from './multistatus.ts';
import { named, nameOf, urlOf } from './paths.ts';

const wanted =
  '<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:"><prop><resourcetype/><getcontentlength/><getlastmodified/></prop></propfind>';

/** What is known of a path; undefined where nothing is there. */
export async function factsOf(client: DavClient, path: string): Promise<FileEntry | undefined> {
  const absent = noFile(path);
  try {
    const [resource] = await ask(client, urlOf(client.base, path), '0', path, { absent });
    return resource && entryOf(client, resource, nameOf(path), path);
  } catch (error) {
    if (error === absent) return undefined;
    throw error;
  }
}

/** Entries of a folder. Throws FILE_FOLDER_MISSING and FILE_DENIED. */
export async function entriesOf(client: DavClient, folder: string): Promise<FileEntry[]> {
  const shown = `${folder.replace(/\/+$/, '')}/`;
  const absent = noFolder(shown);
  const found = await ask(client, urlOf(client.base, folder, true), '1', shown, { absent }).catch(
    async (error: unknown) => {
      // Apache says of a folder that may not be read that it is not there.
      if (error === absent && (await factsOf(client, folder))?.isFolder) throw denied(shown);
      throw error;
    },
  );
  // The folder itself is among them. A proxy may have other names above it, so it is told by its depth.
  const depth = Math.min(...found.map(({ names }) => names.length));
  const self = found.find(({ names }) => names.length === depth);
  if (!self?.isFolder) throw absent;
  return found
    .filter(({ names }) => names.length === depth + 1)
    .map((resource) => {
      const name = resource.names.at(-1)!;
      return entryOf(client, resource, name, named(folder, name));
    });
}

/** Does the account see it, and is it a folder? */
export const isFolderThere = async (client: DavClient, path: string): Promise<boolean> =>
  (await factsOf(client, path))?.isFolder === true;

async function ask(client: DavClient, url: URL, depth: '0' | '1', path: string, meaning: Meaning): Promise<Resource[]> {
  const headers = { depth, 'content-type': 'application/xml; charset=utf-8' };
  const answer = await client.send('PROPFIND', { url, headers, body: wanted });
  const { status, body } = answer;
  const type = answer.headers['content-type'] ?? '';
  if (status !== 207) {
    await answer.discard();
    if (status >= 200 && status < 300)
      throw notDav(client.host, /html/i.test(type) ? 'it answers a web page' : `it answers ${status} instead of 207`);
    throw refusalOf(status, client.host, path, meaning);
  }
  try {
    return await readMultistatus(body);
  } catch (error) {
    if (!(error instanceof NotMultistatus)) throw error;
    throw notDav(client.host, /html/i.test(type) ? 'it answers a web page' : `its answer is no WebDAV, ${flat(error)}`);
  }
}

const flat = (error: Error): string => error.message.replace(/\s+/g, ' ').replace(/\.$/, '').slice(0, 120);

function entryOf(client: DavClient, resource: Resource, name: string, path: string): FileEntry {
  const { isFolder, size, mtime } = resource;
  if (!isFolder && (size === undefined || mtime === undefined))
    throw notDav(client.host, 'it tells no size or no time of a file, and a changed file would not be seen');
  return { name, path, size: isFolder ? 0 : (size ?? 0), mtime: mtime ?? 0, isFolder };
}
