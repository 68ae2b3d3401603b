import { Command } from 'commander';
import { summaryOf } from '../../tell/summary/index.ts';
import { changeText, shownChange, type ShownChange } from '../changes.ts';
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
  showPersonal?: true;
  all?: true;
  json?: true;
}

/** More are only counted, unless --all or --json asks for them. */
const SHOWN = 200;

/** `portolan plan NAME`: the dry run, over the real source; writes nothing anywhere. */
export const planCommand: CommandMaker = (cli, act) =>
  new Command('plan')
    .summary('show what a run would do; nothing is written')
    .description(
      'Reads the real source, writes nothing anywhere, and shows what a run would create, update, block and reject, record by record and field by field. Personal values are masked.',
    )
    .argument('<pipeline>', 'Name of the pipeline.')
    .option('--param <name=value>', 'A parameter of the pipeline; may be given many times.', collectParam)
    .option('--limit <records>', 'Read at most so many records; nobody is missing then.', positiveInteger)
    .option('--as-of <date>', 'The moment of the run, such as 2026-11-24 or 2026-11-24T02:30, in the workspace’s zone.')
    .option('--show-personal', 'Show personal values as they are.')
    .option('--all', `Show every record; without it the first ${SHOWN}.`)
    .option('--json', 'Print everything as one JSON object.')
    .action(
      act(async (name: string, options: Options) => {
        const { dress, terminal } = cli;
        const changes: ShownChange[] = [];
        let count = 0;
        let title: string | undefined;
        const result = await cli.inWorkspace(async (workspace) => {
          const pipeline = workspace.pipeline(name);
          title = pipeline.title;
          const masking = maskingFor(pipeline, options.showPersonal === true);
          const progress = progressOn(terminal);
          const plan = (signal: AbortSignal) =>
            workspace.plan(name, {
              ...(options.param ? { params: options.param } : {}),
              ...(options.limit ? { limit: options.limit } : {}),
              ...asOf(options.asOf, workspace.timezone),
              signal,
              observe(event) {
                progress.observe(event);
                if (event.is !== 'change') return;
                count++;
                if (options.json || options.all || count <= SHOWN) changes.push(shownChange(event.change, masking));
              },
            });
          try {
            return shownResult(await withStopSignals(terminal, plan), masking);
          } finally {
            progress.end();
          }
        });
        if (options.json) cli.json({ ...result, changes });
        else {
          for (const change of changes) terminal.out(changeText(change, dress));
          if (count > changes.length) terminal.out(`… and ${count - changes.length} more; --all shows them\n`);
          if (count > 0) terminal.out('\n');
          terminal.out(summaryOf(result, { ...cli.summaries(title), isPlan: true }));
        }
        return exitCodeOf(result, false);
      }),
    );
