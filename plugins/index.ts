import type { Declaration } from '#sdk';
import file from './file/store.ts';
import { formats } from './formats.ts';
import ftp from './ftp/store.ts';
import connector from './http/connector.ts';
import sftp from './sftp/store.ts';
import smtp from './smtp/sink.ts';
import webdav from './webdav/store.ts';

/**
 * Every plugin, by explicit import. A declaration is light: the npm packages behind it are loaded when a pipeline first
 * opens it.
 */
const plugins: readonly Declaration[] = Object.freeze([connector, file, ftp, sftp, smtp, webdav, ...formats]);

/** Declarations of all plugins. */
export const declarations = (): readonly Declaration[] => plugins;
