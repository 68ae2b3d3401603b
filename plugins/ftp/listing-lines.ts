import type { FileInfo } from 'basic-ftp';
import { problem } from '#sdk';

/**
 * Reads a listing whole or not at all (FTP_LISTING): a line that was passed over would be a file that nobody reads, and
 * nobody would know.
 */
export function readWhole(text: string, parse: (text: string) => FileInfo[]): FileInfo[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !isAside(line));
  const found = parsed(text, parse);
  if (lines.length === found.length && found.every(({ name }) => !/[/\0]/.test(name))) return found;
  throw problem(
    'FTP_LISTING',
    `${lines.length - found.length || 1} of ${lines.length} lines of a listing of the server can not be read.`,
    { fix: 'Ask for a server that lists by MLSD (RFC 3659), or for SFTP.' },
  );
}

/** The package guesses the form of a listing by its last line, and throws where it knows none. */
function parsed(text: string, parse: (text: string) => FileInfo[]): FileInfo[] {
  try {
    return parse(text);
  } catch {
    return [];
  }
}

/** The folder itself, the one above, and the sum. */
const isAside = (line: string): boolean =>
  /^total \d+/i.test(line) || /(^|;)type=[cp]dir;/i.test(line) || /(^\s*|\s)\.\.?$/.test(line);
