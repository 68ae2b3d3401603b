import { Command, Option } from 'commander';
import { momentText } from '../../expression/index.ts';
import { problem } from '../../model/problem.ts';
import type { RejectRow } from '../../store/ports.ts';
import { table } from '../../tell/text/table.ts';
import type { Workspace } from '../../workspace/index.ts';
import type { CommandMaker } from '../cli.ts';
import { exitCode } from '../exit-code.ts';
import { maskingFor, type Masking } from '../masking.ts';
import { positiveInteger } from '../options.ts';

interface ListOptions {
  run?: string;
  status: RejectRow['status'] | 'all';
  limit?: number;
  all?: true;
  json?: true;
}

/** More are only counted, unless --limit, --all or --json asks for them. */
const SHOWN = 50;

/** `portolan rejects list|show`: what could not be taken, and why. */
export const rejectsCommand: CommandMaker = (cli, act) => {
  const list = new Command('list')
    .description('Lists rejected records, open ones if not said otherwise.')
    .argument('[pipeline]', 'Only those of this pipeline.')
    .option('--run <id>', 'Only those that this run rejected.')
    .addOption(
      new Option('--status <status>', 'open, settled or all.').choices(['open', 'settled', 'all']).default('open'),
    )
    .addOption(
      new Option('--limit <rejects>', `At most so many; without it the first ${SHOWN}.`).argParser(positiveInteger),
    )
    .addOption(new Option('--all', 'List every one.').conflicts('limit'))
    .option('--json', 'Print them as one JSON object, every one unless --limit says otherwise.')
    .action(
      act(async (pipeline: string | undefined, options: ListOptions) => {
        const { rejects, total } = await cli.inWorkspace((workspace) => listed(workspace, pipeline, options));
        if (options.json) cli.json({ format: 1, total, rejects });
        else if (total === 0) cli.terminal.out('No rejects.\n');
        else {
          cli.terminal.out(`${rejectTable(rejects, cli.terminal.width)}\n`);
          if (rejects.length < total) cli.terminal.out(`\n${rejects.length} of ${total}; --all shows them.\n`);
        }
        return exitCode.done;
      }),
    );
  const show = new Command('show')
    .description('Shows one rejected record as it came. Personal values are masked.')
    .argument('<id>', 'Number of the reject, as `rejects list` shows it.', positiveInteger)
    .option('--show-personal', 'Show personal values as they are.')
    .option('--json', 'Print it as one JSON object.')
    .action(
      act(async (id: number, options: { showPersonal?: true; json?: true }) => {
        const { reject, timezone } = await cli.inWorkspace(async (workspace) => ({
          reject: await shownReject(workspace, id, options.showPersonal === true),
          timezone: workspace.timezone,
        }));
        if (options.json) cli.json({ format: 1, reject });
        else cli.terminal.out(rejectText(reject, timezone));
        return exitCode.done;
      }),
    );
  return new Command('rejects')
    .summary('what was rejected, and why')
    .description(
      'What could not be read, mapped or delivered. A reject closes itself when a later feed settles its key.',
    )
    .addCommand(list)
    .addCommand(show);
};

/** The rejects that are wanted, keys masked where they are personal, and how many there are beyond the limit. */
async function listed(
  workspace: Workspace,
  pipeline: string | undefined,
  { run, status, limit, all, json }: ListOptions,
): Promise<{ rejects: Listed[]; total: number }> {
  if (pipeline !== undefined) workspace.pipeline(pipeline);
  const filter = {
    ...(pipeline === undefined ? {} : { pipeline }),
    ...(run === undefined ? {} : { run }),
    ...(status === 'all' ? {} : { status }),
  };
  const most = limit ?? (all || json ? undefined : SHOWN);
  const rows = await workspace.store.rejects({ ...filter, ...(most === undefined ? {} : { limit: most }) });
  const total = await workspace.store.rejectCount(filter);
  const maskings = new Map<string, Masking>();
  const rejects = rows.map(({ source: _source, ...row }) => {
    const masking = maskings.get(row.pipeline) ?? maskingOf(workspace, row.pipeline, false);
    maskings.set(row.pipeline, masking);
    return { ...row, key: masking.key(row.key) };
  });
  return { rejects, total };
}

/** A pipeline may be gone since, or be broken: then nothing is known of its fields, and all is masked. */
function maskingOf(workspace: Workspace, pipeline: string, showPersonal: boolean): Masking {
  const known = workspace.pipelines.includes(pipeline) ? workspace.pipeline(pipeline) : undefined;
  return maskingFor(known, showPersonal);
}

async function shownReject(workspace: Workspace, id: number, showPersonal: boolean): Promise<RejectRow> {
  const reject = await workspace.store.reject(id);
  if (!reject) {
    throw problem('REJECT_UNKNOWN', `There is no reject ${id}.`, {
      fix: '`portolan rejects list` shows their numbers.',
    });
  }
  const masking = maskingOf(workspace, reject.pipeline, showPersonal);
  return { ...reject, key: masking.key(reject.key), source: masking.source(reject.source) };
}

type Listed = Omit<RejectRow, 'source'>;

function rejectTable(rejects: readonly Listed[], width?: number): string {
  const columns = [
    { title: 'id', isNumber: true },
    { title: 'pipeline' },
    { title: 'key' },
    { title: 'line', isNumber: true },
    { title: 'code' },
    { title: 'reason' },
  ];
  const rows = rejects.map((it) => [it.id, it.pipeline, it.key ?? '', it.line ?? '', it.code, it.reason]);
  return table(columns, rows, width);
}

function rejectText(it: RejectRow, timezone: string): string {
  const facts: [string, unknown][] = [
    ['reject', it.id],
    ['pipeline', it.pipeline],
    ['key', it.key ?? '(could not be read)'],
    ['status', it.status],
    ['stage', it.sink ? `${it.stage}, ${it.sink}` : it.stage],
    ['code', it.code],
    ['reason', it.reason],
    ...(it.field ? ([['field', it.field]] as [string, unknown][]) : []),
    ['origin', it.line === null ? it.origin : `${it.origin} line ${it.line}`],
    ['first', `${momentText(it.firstAt, timezone)} in run ${it.firstRun}`],
    ['last', `${momentText(it.lastAt, timezone)} in run ${it.lastRun}`],
    ['attempts', it.attempts],
  ];
  const text = table([{ title: '' }, { title: '' }], facts);
  return `${text}\n\n${sourceText(it.source)}\n`;
}

function sourceText(source: RejectRow['source']): string {
  if (source === null) return 'The row as it came is not known.';
  if (typeof source === 'string') return `The row as it came:\n  ${source}`;
  const cells = Object.entries(source).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return `The row as it came:\n${table([{ title: '' }, { title: '' }], cells).replace(/^/gm, '  ')}`;
}
