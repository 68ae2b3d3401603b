import { Command, Option } from 'commander';
import { existsSync, statSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import {
  checkWorkspace,
  findingsFormats,
  findWorkspace,
  hostsAsText,
  loadWorkspace,
  requestHosts,
  type Loaded,
} from '../../language/load/index.ts';
import { counted } from '../../model/counted.ts';
import { problem } from '../../model/problem.ts';
import { catalogueOf } from '../../workspace/catalogue.ts';
import type { CommandMaker } from '../cli.ts';
import { exitCode } from '../exit-code.ts';

type Format = keyof typeof findingsFormats;

/** `portolan validate [PATH…]`: every mistake of every document at its line; reads no network. */
export const validateCommand: CommandMaker = (cli, act) =>
  new Command('validate')
    .summary('check every document, offline')
    .description(
      'Checks every document of the workspace, and tells every mistake at its line. Reads no network and no secret. For the whole workspace it lists the hosts that requests may leave for, too. Exit code 2 when there are mistakes; warnings are told and change nothing.',
    )
    .argument('[path...]', 'Only these files or folders; default the whole workspace of the current folder.')
    .addOption(
      new Option('--format <format>', 'text, one JSON object, or annotations of GitHub.')
        .choices(Object.keys(findingsFormats))
        .default('text'),
    )
    .action(
      act((paths: string[], { format }: { format: Format }) => {
        const { terminal } = cli;
        const targets = paths.map((path) => existing(terminal.folder, path));
        const loaded = loadWorkspace(workspaceOf(targets, terminal.folder));
        const catalogue = catalogueOf(loaded);
        const findings = checkWorkspace(loaded, catalogue, chosenFiles(loaded, targets));
        const hosts = requestHosts(loaded, catalogue);
        const text = findingsFormats[format](findings, hosts);
        if (text) terminal.out(`${text}\n`);
        const errors = findings.filter(({ severity }) => severity === 'error').length;
        if (format === 'text' && findings.length === 0) terminal.out(`${documents(loaded)}: no mistakes.\n`);
        else if (format === 'text')
          terminal.err(`${counted(errors, 'mistake')}, ${counted(findings.length - errors, 'warning')}.\n`);
        const listed = format === 'text' && targets.length === 0 ? hostsAsText(hosts) : '';
        if (listed) terminal.out(`${listed}\n`);
        return errors > 0 ? exitCode.wrong : exitCode.done;
      }),
    );

const documents = ({ files }: Loaded): string => counted(files.length, 'file');

function existing(folder: string, path: string): string {
  const full = resolve(folder, path);
  if (existsSync(full)) return full;
  throw problem('PATH_MISSING', `There is no ${path}.`, { class: 'config', fix: 'Correct the path.' });
}

/** The one workspace that all paths lie in. */
function workspaceOf(targets: readonly string[], folder: string): string {
  const roots = new Set(
    targets.map((path) => findWorkspace(statSync(path).isDirectory() ? path : resolve(path, '..'))),
  );
  if (roots.size <= 1) return [...roots][0] ?? folder;
  throw problem('PATHS_APART', 'The paths lie in several workspaces, which are checked one at a time.', {
    fix: `Run it for each: ${[...roots].join(', ')}.`,
  });
}

/** Undefined for the whole workspace. Throws PATH_NO_DOCUMENT for a path that holds no document. */
function chosenFiles(loaded: Loaded, targets: readonly string[]): string[] | undefined {
  if (targets.length === 0) return undefined;
  const chosen = new Set<string>();
  for (const target of targets) {
    const path = relative(loaded.root, target).split(sep).join('/');
    const found = loaded.files.filter((file) => path === '' || file === path || file.startsWith(`${path}/`));
    if (found.length === 0) {
      throw problem('PATH_NO_DOCUMENT', `${path} holds no document of the workspace.`, {
        fix: 'Name a .yaml file, or a folder that is not tables, templates, fixtures or schemas.',
      });
    }
    for (const file of found) chosen.add(file);
  }
  return [...chosen];
}
