import { Command } from 'commander';
import { join, relative, resolve } from 'node:path';
import { writeSchemas } from '../../language/catalogue/index.ts';
import { loadWorkspace } from '../../language/load/index.ts';
import { catalogueOf } from '../../workspace/catalogue.ts';
import type { CommandMaker } from '../cli.ts';
import { exitCode } from '../exit-code.ts';

/** Where the modelines of `init` look for them. */
export const schemasFolder = join('.portolan', 'schemas');

/** `portolan schema [DIR]`: schemas of this workspace for the editor, its own connectors included. */
export const schemaCommand: CommandMaker = (cli, act) =>
  new Command('schema')
    .summary('write schemas for the editor')
    .description(
      'Writes the JSON Schemas of this workspace, its own connectors included, so that an editor completes and checks documents. Run it again after a connector changed.',
    )
    .argument('[dir]', `Folder to write into; default ${schemasFolder} in the workspace.`)
    .option('--json', 'Print the paths as one JSON object.')
    .action(
      act((folder: string | undefined, { json }: { json?: true }) => {
        const { terminal } = cli;
        const loaded = loadWorkspace(terminal.folder);
        const target = folder === undefined ? join(loaded.root, schemasFolder) : resolve(terminal.folder, folder);
        const files = writeSchemas(target, catalogueOf(loaded)).map((path) => relative(terminal.folder, path));
        if (json) cli.json({ format: 1, files });
        else terminal.out(files.map((file) => `${file}\n`).join(''));
        return exitCode.done;
      }),
    );
