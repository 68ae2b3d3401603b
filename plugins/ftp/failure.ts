import { fileFailed, fileProblem, isProblem, type Problem } from '#sdk';

/** A place in sentences. */
export const place = ' on the server';

/** A "no" of the server: three digits and a text (RFC 959, 4.2). */
export interface FtpReply extends Error {
  code: number;
}

/** Told by its shape, as the package is loaded when a connection is opened. */
export const isReply = (error: unknown): error is FtpReply =>
  !isProblem(error) && error instanceof Error && typeof (error as { code?: unknown }).code === 'number';

/** What a reply says, on one line, without its full stop. */
export const wordsOf = (reply: FtpReply): string => reply.message.replace(/\s+/g, ' ').trim().replace(/\.+$/, '');

/** Replies that say all there is to know; those of a path that can't be used say too little, see `absence.ts`. */
export function storageProblem(reply: FtpReply, path: string): Problem | undefined {
  if (reply.code === 452) return fileProblem('diskFull', path, place, reply);
  if (reply.code === 552) return fileProblem('quotaFull', path, place, reply);
  return undefined;
}

/** The server's own words, for what nothing else fits. */
export const otherProblem = (reply: FtpReply, path: string): Problem => fileFailed(path, place, wordsOf(reply), reply);

/** Replies that are about the path: it isn't there, or may not be used, or is busy. */
export const isAboutPath = (reply: FtpReply): boolean => reply.code === 550 || reply.code === 553 || reply.code === 450;

export const noFile = (path: string, cause?: unknown): Problem => fileProblem('missing', path, place, cause);
export const noFolder = (path: string, cause?: unknown): Problem => fileProblem('noFolder', path, place, cause);
export const denied = (path: string, cause?: unknown): Problem => fileProblem('denied', path, place, cause);
export const taken = (path: string): Problem => fileProblem('taken', path, place);
