import { Command, InvalidArgumentError } from 'commander';
import { counted } from '../../model/counted.ts';
import type { Fields } from '../../model/record.ts';
import type { Cli, CommandMaker } from '../cli.ts';
import { exitCode } from '../exit-code.ts';
import { collectParam } from '../options.ts';

interface Given {
  connection?: string;
  with?: Record<string, string>;
  write?: true;
  source?: string;
  known?: string;
  keep?: string[];
  case?: string;
  json?: true;
}

/** `portolan record CONNECTOR.PART`: makes a case for the check of a connector out of what the real other side answers. */
export const recordCommand: CommandMaker = (cli, act) =>
  new Command('record')
    .summary('record a case for the check of a connector')
    .description(
      'Asks the real other side once and writes a case with its exchanges beside the connector. Secrets and all values but those that decide what happens are replaced by made-up ones. A read is only read; a target or an operation needs --write. Nothing is written over.',
    )
    .argument('<part>', 'A read, a target or an operation, such as acme.users.')
    .option('--connection <name>', 'Which connection, where the workspace has several of this connector.')
    .option('--with <name=value>', 'A parameter of a read or an operation; may be repeated.', collectParam)
    .option('--write', 'The target or the operation of that name: what it says is really done at the other side.')
    .option('--source <file>', 'JSON list of the records that are written, or that an operation is called for.')
    .option('--known <file>', 'JSON list of what the target had before, as in a check.')
    .option('--keep <name>', 'A field whose values stay as they are; may be repeated.', collectName)
    .option('--case <name>', 'Name of the case.')
    .option('--json', 'Print what was written as one JSON object.')
    .action(
      act(async (part: string, given: Given) => {
        const made = await cli.inWorkspace((workspace) =>
          workspace.record({
            part,
            write: given.write === true,
            with: valuesOf(given.with ?? {}),
            keep: given.keep ?? [],
            from: cli.terminal.folder,
            ...(given.connection === undefined ? {} : { connection: given.connection }),
            ...(given.source === undefined ? {} : { source: given.source }),
            ...(given.known === undefined ? {} : { known: given.known }),
            ...(given.case === undefined ? {} : { name: given.case }),
          }),
        );
        if (given.json) cli.json({ format: 1, ...made });
        else cli.terminal.out(asText(made, cli));
        return exitCode.done;
      }),
    );

function asText(
  { check, case: name, exchanges, files }: { check: string; case: string; exchanges: number; files: string[] },
  { dress }: Cli,
): string {
  return [
    `${dress.good('recorded')} ${dress.strong(name)}: ${counted(exchanges, 'exchange')}, which came out the same again.`,
    ...files.map((file) => `  ${file}`),
    `Read them before you keep them: a name of a map may be somebody’s. \`portolan test\` runs ${check} from now on.`,
    '',
  ].join('\n');
}

/** What reads as JSON is that, everything else a text. */
const valuesOf = (given: Record<string, string>): Fields =>
  Object.fromEntries(Object.entries(given).map(([name, text]) => [name, valueOf(text)]));

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function collectName(text: string, before: string[] = []): string[] {
  if (text.trim() === '') throw new InvalidArgumentError('It must be the name of a field.');
  return [...before, text];
}
