import { Command } from 'commander';
import { optionRows, typeName, type Catalogue, type KindEntry } from '../../language/catalogue/index.ts';
import { nearestName } from '../../expression/index.ts';
import { loadTexts, loadWorkspace, type Loaded } from '../../language/load/index.ts';
import { isProblem, problem } from '../../model/problem.ts';
import { table } from '../../tell/text/table.ts';
import { catalogueOf } from '../../workspace/catalogue.ts';
import type { Cli, CommandMaker } from '../cli.ts';
import { exitCode } from '../exit-code.ts';

const places = {
  sources: 'source',
  sinks: 'sink',
  formats: 'format',
  steps: 'step',
  connections: 'connection',
} as const;

interface Kind {
  name: string;
  place: (typeof places)[keyof typeof places];
  entry: KindEntry;
}

/** `portolan connectors [NAME]`: what can be connected, and with which options. */
export const connectorsCommand: CommandMaker = (cli, act) =>
  new Command('connectors')
    .summary('what can be connected')
    .description(
      'Lists sources, sinks, formats, steps and connections, the workspace’s own included. With a name: its options.',
    )
    .argument('[name]', 'A kind, such as sftp or equeo.users.')
    .option('--json', 'Print them as one JSON object, options as JSON Schema.')
    .action(
      act((name: string | undefined, { json }: { json?: true }) => {
        const all = kindsOf(catalogueOf(ownDocuments(cli)));
        const chosen = name === undefined ? all : named(all, name);
        if (json) cli.json({ format: 1, kinds: chosen.map(({ place, entry }) => ({ place, ...entry })) });
        else
          cli.terminal.out(name === undefined ? list(all, cli) : chosen.map((kind) => details(kind, cli)).join('\n'));
        return exitCode.done;
      }),
    );

/** Outside a workspace there is what is shipped. */
function ownDocuments({ terminal }: Cli): Loaded {
  try {
    return loadWorkspace(terminal.folder);
  } catch (error) {
    if (isProblem(error) && error.code === 'WORKSPACE_NOT_FOUND') return loadTexts(terminal.folder, []);
    throw error;
  }
}

function kindsOf(catalogue: Catalogue): Kind[] {
  return Object.entries(places).flatMap(([group, place]) =>
    Object.entries(catalogue[group as keyof typeof places]).map(([name, entry]) => ({ name, place, entry })),
  );
}

function named(all: readonly Kind[], name: string): Kind[] {
  const found = all.filter((kind) => kind.name === name);
  if (found.length > 0) return found;
  const near = nearestName(
    name,
    all.map((kind) => kind.name),
  );
  throw problem('UNKNOWN_KIND', `There is nothing called “${name}” to connect.`, {
    fix: near ? `Did you mean “${near}”?` : '`portolan connectors` lists everything.',
  });
}

function list(all: readonly Kind[], { terminal }: Cli): string {
  const columns = [{ title: 'name' }, { title: 'is a' }, { title: 'summary' }];
  const byName = new Map<string, { places: string[]; summary: string }>();
  for (const { name, place, entry } of all) {
    const known = byName.get(name);
    if (known) known.places.push(place);
    else byName.set(name, { places: [place], summary: entry.summary });
  }
  const rows = [...byName]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, it]) => [name, it.places.join(', '), it.summary]);
  return `${table(columns, rows, terminal.width)}\n`;
}

function details({ name, place, entry }: Kind, { dress, terminal }: Cli): string {
  const facts = [`${dress.strong(name)} ${dress.quiet(place)}`, `  ${entry.summary}`];
  if (entry.connection) facts.push(`  connection: ${entry.connection}`);
  if (entry.operations) facts.push(`  operations: ${entry.operations.join(', ')}`);
  if (entry.takesFormat) facts.push('  format: stands beside it');
  const rows = optionTexts(entry);
  if (rows.length > 0) {
    const columns = [{ title: 'option' }, { title: 'type' }, { title: 'default' }, { title: 'what it is' }];
    facts.push('', table(columns, rows, terminal.width).replace(/^/gm, '  '));
  }
  return `${facts.join('\n')}\n`;
}

/** The options as the reference has them, a `*` at those that must be given; a kind without any is its own option. */
function optionTexts({ options }: KindEntry): string[][] {
  const rows = optionRows(options).map(({ name, type, required, default: standard, about }) => [
    required ? `${name}*` : name,
    unquoted(type),
    standard === undefined ? '' : JSON.stringify(standard),
    about,
  ]);
  if (rows.length > 0 || options.type === 'object') return rows;
  return [['(its value)', unquoted(typeName(options)), '', String(options.description ?? '')]];
}

/** The reference is Markdown, a terminal is not. */
const unquoted = (type: string): string => type.replaceAll('`', '');
