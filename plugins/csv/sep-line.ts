import type { LineBlock } from '#sdk';
import type { CsvDialect } from './options.ts';

const sepLine = /^sep=([^"\r\n])\r?$/i;

/** What a first line `sep=;` says. */
export interface SepLine {
  dialect: CsvDialect;
  notes: string[];
}

/**
 * Excel reads a first line `sep=;` as the delimiter, whatever else it is told, and shows no row for it; so does this.
 * Takes the line out of the block.
 */
export function takeSepLine(block: LineBlock, dialect: CsvDialect): SepLine {
  const delimiter = sepLine.exec(block.lines[0] ?? '')?.[1];
  if (delimiter === undefined) return { dialect, notes: [] };
  block.lines.shift();
  if (block.broken) block.broken = new Set([...block.broken].map((index) => index - 1));
  const notes =
    delimiter === dialect.delimiter
      ? []
      : [`the first line sets the delimiter ${shown(delimiter)}, and the format says ${shown(dialect.delimiter)}`];
  return { dialect: { ...dialect, delimiter }, notes };
}

const shown = (delimiter: string): string => (delimiter === '\t' ? 'tab' : `“${delimiter}”`);
