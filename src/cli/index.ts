import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCli } from './cli.ts';
import { commands } from './commands/index.ts';
import type { Terminal } from './terminal.ts';

export { processTerminal, type Terminal } from './terminal.ts';

/** The command line: arguments without node and script; answers the exit code and never throws. */
export const main = (args: readonly string[], terminal: Terminal): Promise<number> =>
  runCli(args, terminal, commands, versionOfPackage());

/** From package.json, the nearest one above: the same from source, from dist and installed. */
function versionOfPackage(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    try {
      const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<
        string,
        string
      >;
      if (name === 'portolan' && version) return version;
    } catch {
      // There is none here; the next folder above may have it.
    }
    if (folder === dirname(folder)) return 'unknown';
  }
}
