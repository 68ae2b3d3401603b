import { problem } from '#sdk';

/** Address of a path below the connection's folder. Throws FILE_OUTSIDE where it leads out of it. */
export function urlOf(base: URL, path: string, isFolder = false): URL {
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  if (names.includes('..'))
    throw problem('FILE_OUTSIDE', `${path} leads out of the folder of the connection.`, {
      fix: 'Write a path below it, or declare a connection for the other folder.',
    });
  const encoded = names.map((name) => encodeURIComponent(name)).join('/');
  return new URL(base.href + encoded + (isFolder && encoded !== '' ? '/' : ''));
}

/** The connection's address with a slash at its end. */
export const baseOf = (url: string): URL => new URL(url.endsWith('/') ? url : `${url}/`);

export const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

export const nameOf = (path: string): string => path.replace(/\/+$/, '').split('/').at(-1) ?? '';

/** An entry's path, as the caller writes paths. */
export const named = (folder: string, name: string): string =>
  folder === '.' || folder === '' ? name : `${folder.replace(/\/+$/, '')}/${name}`;
