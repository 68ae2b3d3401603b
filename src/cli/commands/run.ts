import { Command } from 'commander';
import { userInfo } from 'node:os';
import { summaryOf } from '../../tell/summary/index.ts';
import type { CommandMaker } from '../cli.ts';
import { exitCodeOf } from '../exit-code.ts';
import { maskingFor, shownResult } from '../masking.ts';
import { asOf, collectParam, positiveInteger } from '../options.ts';
import { progressOn } from '../progress.ts';
import { withStopSignals } from '../stop-signals.ts';

interface Options {
  param?: Record<string, string>;
  limit?: number;
  asOf?: string;
  accept?: string;
  by?: string;
  json?: true;
  strict?: true;
}

/** `portolan run NAME`: runs a pipeline now and prints the report. */
export const runCommand: CommandMaker = (cli, act) =>
  new Command('run')
    .summary('run a pipeline now')
    .description('Runs a pipeline now, with progress on a terminal, and prints what it came to.')
    .argument('<pipeline>', 'Name of the pipeline.')
    .option('--param <name=value>', 'A parameter of the pipeline; may be given many times.', collectParam)
    .option('--limit <records>', 'Read at most so many records; nobody is missing then.', positiveInteger)
    .option('--as-of <date>', 'The moment of the run, such as 2026-11-24 or 2026-11-24T02:30, in the workspace’s zone.')
    .option('--accept <hash>', 'Let exactly this set of changes through, once, after a guard.')
    .option('--by <person>', 'Who accepts; default the account of the system.')
    .option('--strict', 'End with exit code 4 when records were rejected.')
    .option('--json', 'Print the result as one JSON object.')
    .action(
      act(async (name: string, options: Options) => {
        let title: string | undefined;
        const result = await cli.inWorkspace(async (workspace) => {
          const pipeline = workspace.pipeline(name);
          title = pipeline.title;
          const progress = progressOn(cli.terminal);
          const { accept, by = userInfo().username } = options;
          const run = (signal: AbortSignal) =>
            workspace.run(name, {
              ...(options.param ? { params: options.param } : {}),
              ...(options.limit ? { limit: options.limit } : {}),
              ...asOf(options.asOf, workspace.timezone),
              ...(accept ? { accept, person: by } : {}),
              signal,
              observe: progress.observe,
            });
          try {
            return shownResult(await withStopSignals(cli.terminal, run), maskingFor(pipeline, false));
          } finally {
            progress.end();
          }
        });
        if (options.json) cli.json(result);
        else cli.terminal.out(summaryOf(result, cli.summaries(title)));
        return exitCodeOf(result, options.strict === true);
      }),
    );
