import { fileFailed } from '#sdk';
import { place } from './failure.ts';

/** A path from the server's root on, so that it means the same wherever a session stands. */
export function absolute(home: string, path: string): string {
  if (/[\r\n\0]/.test(path)) throw fileFailed(path.replace(/\s+/g, ' '), place, 'FTP knows no names with line ends');
  const joined = path.startsWith('/') ? path : `${home}/${path}`;
  const names = joined.split('/').filter((name) => name !== '' && name !== '.');
  return `/${names.join('/')}`;
}

/** The folder that holds it; the root holds itself. */
export const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/'))) || '/';

export const nameOf = (path: string): string => path.replace(/\/+$/, '').split('/').at(-1) ?? '';

/** An entry's path, as the caller writes paths. */
export const named = (folder: string, name: string): string =>
  folder === '.' || folder === '' ? name : `${folder.replace(/\/+$/, '')}/${name}`;
