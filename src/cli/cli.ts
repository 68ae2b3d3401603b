import { Command, CommanderError } from 'commander';
import type { Workspace } from '../workspace/index.ts';
import { exitCode, exitCodeOfError } from './exit-code.ts';
import { faultOf, tellFault } from './fault.ts';
import { dressFor, type Terminal } from './terminal.ts';
import type { Dress, SummaryOptions } from '../tell/summary/index.ts';

/** What a command works with. Its action answers the exit code. */
export interface Cli {
  terminal: Terminal;
  dress: Dress;
  /** Opens the workspace of the current folder, and closes it after the work. */
  inWorkspace<T>(work: (workspace: Workspace) => Promise<T>): Promise<T>;
  /** How summaries are dressed on this terminal. */
  summaries(title?: string): SummaryOptions;
  /** Prints the one object of `--json`. */
  json(value: unknown): void;
}

/** Makes one command. `act` wraps an action so that its exit code is kept. */
export type CommandMaker = (cli: Cli, act: Act) => Command;
export type Act = <A extends unknown[]>(
  action: (...args: A) => Promise<number> | number,
) => (...args: A) => Promise<void>;

/** Reads the arguments (without node and script), does what they say, and answers the exit code. Never throws. */
export async function runCli(
  args: readonly string[],
  terminal: Terminal,
  commands: readonly CommandMaker[],
  version: string,
): Promise<number> {
  let code: number = exitCode.done;
  const cli = cliOn(terminal);
  const act: Act =
    (action) =>
    async (...values) => {
      code = await action(...values);
    };
  const program = new Command('portolan')
    .description('Moves people, statistics and documents between business systems and a learning platform.')
    .version(version, '-V, --version', 'Show the version.')
    .helpOption('-h, --help', 'Show this help.')
    .helpCommand('help [command]', 'Show the help of a command.')
    .addHelpText('after', exitCodesHelp);
  for (const make of commands) program.addCommand(make(cli, act));
  for (const command of everyCommand(program)) prepare(command, terminal);
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.done : exitCode.wrong;
    if (args.includes('--json')) cli.json({ format: 1, error: faultOf(error) });
    tellFault(terminal, error);
    return exitCodeOfError(error);
  }
}

const exitCodesHelp = `
Exit codes: 0 done · 1 failed, cancelled or interrupted, or the report was not written · 2 the configuration or the command line is wrong ·
3 guarded · 4 done with rejected records, under --strict · 5 skipped. Under --json standard output holds one object.`;

function cliOn(terminal: Terminal): Cli {
  const dress = dressFor(terminal, terminal.outIsTerminal);
  const { width } = terminal;
  return {
    terminal,
    dress,
    summaries: (title) => ({ dress, ...(title ? { title } : {}), ...(width ? { width } : {}) }),
    async inWorkspace(work) {
      // Connectors are loaded by what runs them, and by nothing else.
      const { openWorkspace } = await import('../workspace/index.ts');
      const workspace = await openWorkspace(terminal.folder, { env: terminal.env });
      try {
        return await work(workspace);
      } finally {
        await workspace.close();
      }
    },
    json: (value) => terminal.out(`${JSON.stringify(value)}\n`),
  };
}

function* everyCommand(command: Command): Iterable<Command> {
  yield command;
  for (const child of command.commands) yield* everyCommand(child);
}

function prepare(command: Command, terminal: Terminal): void {
  command
    .exitOverride()
    .configureHelp({ helpWidth: terminal.width ?? 100 })
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.err(text) })
    .showHelpAfterError(false);
}
