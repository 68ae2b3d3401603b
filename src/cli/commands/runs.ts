import { Command } from 'commander';
import { momentText } from '../../expression/index.ts';
import { problem } from '../../model/problem.ts';
import { amountsOf, durationText, summaryOf, toldRun, whyOf } from '../../tell/summary/index.ts';
import { table } from '../../tell/text/table.ts';
import type { Workspace } from '../../workspace/index.ts';
import type { RunRow } from '../../store/ports.ts';
import type { Cli, CommandMaker } from '../cli.ts';
import { exitCode } from '../exit-code.ts';
import { positiveInteger } from '../options.ts';

/** `portolan runs [PIPELINE]` and `portolan runs show ID`: what happened, newest first. */
export const runsCommand: CommandMaker = (cli, act) => {
  const list = new Command('list')
    .description('Lists runs, newest first, with what each came to, and why where it is not done.')
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
        if (json) cli.json({ format: 1, runs: runs.map(({ result: _result, ...run }) => run) });
        else if (runs.length === 0) cli.terminal.out('No runs yet.\n');
        else cli.terminal.out(`${runTable(runs, timezone, cli.terminal.width)}\n`);
        return exitCode.done;
      }),
    );
  const show = new Command('show')
    .description('Shows one run as it was printed at its end: counts, sinks, causes, guards, notes, and when it was.')
    .argument('<id>', 'Id of the run, as `runs` shows it.')
    .option('--json', 'Print it as one JSON object.')
    .action(
      act(async (id: string, { json }: { json?: true }) => {
        const { run, title, timezone } = await cli.inWorkspace(async (workspace) => {
          const run = await workspace.store.run(id);
          return { run, title: run && titleOf(workspace, run.pipeline), timezone: workspace.timezone };
        });
        if (!run) {
          throw problem('RUN_UNKNOWN', `There is no run ${id}.`, { fix: '`portolan runs` shows their ids.' });
        }
        if (json) cli.json({ format: 1, run });
        else cli.terminal.out(runText(run, title, timezone, cli));
        return exitCode.done;
      }),
    );
  return new Command('runs')
    .summary('what happened')
    .description('What happened: runs, newest first, or one of them.')
    .addCommand(list, { isDefault: true })
    .addCommand(show);
};

/** A pipeline may be gone since. */
const titleOf = (workspace: Workspace, name: string): string | undefined =>
  workspace.pipelines.includes(name) ? workspace.pipeline(name).title : undefined;

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
    cameTo(run),
  ]);
  return table(columns, rows, width);
}

/** Counts, and before them the sentence that says why it is not simply done. */
function cameTo(run: RunRow): string {
  const counts = (run.counts ? amountsOf(run.counts) : []).map(([name, count]) => `${name} ${count}`).join(', ');
  const why = whyOf(run);
  return why === undefined ? counts : [why, counts].filter(Boolean).join(' · ');
}

function runText(run: RunRow, title: string | undefined, timezone: string, cli: Cli): string {
  const moments: [string, string][] = [
    ['started', momentText(run.startedAt, timezone)],
    ...(run.endedAt === null ? [] : ([['ended', momentText(run.endedAt, timezone)]] as [string, string][])),
    ['as of', momentText(run.tick, timezone)],
  ];
  const times = table([{ title: '' }, { title: '' }], moments).replace(/^/gm, '  ');
  return `${summaryOf(toldRun(run), cli.summaries(title))}\n${cli.dress.strong('When')}\n${times}\n`;
}
