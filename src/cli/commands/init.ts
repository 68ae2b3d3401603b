import { counted } from '../../model/counted.ts';
import { Command } from 'commander';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { writeSchemas } from '../../language/catalogue/index.ts';
import { loadWorkspace } from '../../language/load/index.ts';
import { problem } from '../../model/problem.ts';
import { makeWorkspaceKey } from '../../store/vault/index.ts';
import { catalogueOf } from '../../workspace/catalogue.ts';
import type { CommandMaker } from '../cli.ts';
import { exitCode } from '../exit-code.ts';
import { firstWorkspace } from '../first-workspace.ts';
import { schemasFolder } from './schema.ts';

/** `portolan init [DIR]`: a small workspace that validates and runs, with a key of its own. */
export const initCommand: CommandMaker = (cli, act) =>
  new Command('init')
    .summary('make a small workspace that runs')
    .description(
      'Makes a workspace with a key of its own, a sample file and a pipeline that runs without any network. Nothing that exists is overwritten.',
    )
    .argument('[dir]', 'Folder of the workspace; made if it is not there.', '.')
    .option('--json', 'Print the paths as one JSON object.')
    .action(
      act((dir: string, { json }: { json?: true }) => {
        const { terminal } = cli;
        const folder = resolve(terminal.folder, dir);
        const files = firstWorkspace({ name: workspaceName(folder), timezone: ownTimezone(), key: makeWorkspaceKey() });
        refuseTaken(
          folder,
          files.map(({ path }) => path),
        );
        for (const { path, text, mode } of files) {
          mkdirSync(dirname(join(folder, path)), { recursive: true });
          // `wx`: what came into being meanwhile is not overwritten either.
          writeFileSync(join(folder, path), text, { flag: 'wx', mode });
        }
        const schemas = writeSchemas(join(folder, schemasFolder), catalogueOf(loadWorkspace(folder)));
        const written = [...files.map(({ path }) => path), ...schemas.map((path) => relative(folder, path))];
        if (json) cli.json({ format: 1, folder, files: written });
        else terminal.out(`${written.map((path) => `  ${path}\n`).join('')}\n${nextSteps(dir)}`);
        return exitCode.done;
      }),
    );

function refuseTaken(folder: string, paths: readonly string[]): void {
  const taken = paths.find((path) => existsSync(join(folder, path)));
  if (taken === undefined) return;
  const has = readdirSync(folder).length;
  throw problem(
    'INIT_TAKEN',
    `${join(folder, taken)} exists already (the folder has ${counted(has, 'entry', 'entries')}); nothing was written.`,
    {
      fix: 'Choose an empty folder: `portolan init DIR`.',
    },
  );
}

/** The folder's name in the letters that a workspace's name may have. */
function workspaceName(folder: string): string {
  const name = basename(folder)
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^[^A-Za-z]+|-+$/g, '');
  return name || 'workspace';
}

const ownTimezone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

const nextSteps = (dir: string): string =>
  [
    'Keep a copy of workspace.key elsewhere: without it nothing that is stored can be read again. Then:',
    ...(dir === '.' ? [] : [`  cd ${dir}`]),
    '  portolan validate',
    '  portolan plan employees',
    '  portolan run employees',
    '',
  ].join('\n');
