import { Command } from 'commander';
import { amountsOf, durationText } from '../../tell/summary/index.ts';
import { table } from '../../tell/text/table.ts';
import type { RunRow } from '../../store/ports.ts';
import type { CommandMaker } from '../cli.ts';
import { exitCode } from '../exit-code.ts';
import { momentText } from '../moment-text.ts';
import { positiveInteger } from '../options.ts';

/** `portolan runs [PIPELINE]`: what happened, newest first. */
export const runsCommand: CommandMaker = (cli, act) =>
  new Command('runs')
    .summary('what happened')
    .description('Lists runs, newest first, with what each came to.')
    .argument('[pipeline]', 'Only runs of this pipeline.')
    .option('--limit <runs>', 'At most so many.', positiveInteger, 20)
    .option('--json', 'Print them as one JSON object.')
    .action(
      act(async (pipeline: string | undefined, { limit, json }: { limit: number; json?: true }) => {
        const { runs, timezone } = await cli.inWorkspace(async (workspace) => {
          if (pipeline !== undefined) workspace.pipeline(pipeline);
          const filter = { ...(pipeline === undefined ? {} : { pipeline }), limit };
          return { runs: await workspace.store.runs(filter), timezone: workspace.timezone };
        });
        if (json) cli.json({ format: 1, runs });
        else if (runs.length === 0) cli.terminal.out('No runs yet.\n');
        else cli.terminal.out(`${runTable(runs, timezone, cli.terminal.width)}\n`);
        return exitCode.done;
      }),
    );

function runTable(runs: readonly RunRow[], timezone: string, width?: number): string {
  const columns = [
    { title: 'started' },
    { title: 'pipeline' },
    { title: 'status' },
    { title: 'took', isNumber: true },
    { title: 'run' },
    { title: 'came to' },
  ];
  const rows = runs.map((run) => [
    momentText(run.startedAt, timezone),
    run.pipeline,
    run.status,
    run.durationMs === null ? '' : durationText(run.durationMs),
    run.id,
    [
      ...(run.code ? [run.code] : []),
      ...(run.counts ? amountsOf(run.counts) : []).map(([name, count]) => `${name} ${count}`),
    ].join(', '),
  ]);
  return table(columns, rows, width);
}
