import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import iconv from 'iconv-lite';
import type { RunResult } from '../../engine/run/result.ts';
import { problem } from '../../model/problem.ts';
import { summaryOf, type Dress } from '../../tell/summary/index.ts';
import { table } from '../../tell/text/table.ts';
import { startSandbox, type Sandbox } from '../sandbox.ts';
import { exportFile, makeNights, type Nights } from './nights.ts';
import { resultOf, runPortolan } from './run-child.ts';
import { copyShippedWorkspace, sandboxEnvironment } from './workspace.ts';

const PEOPLE = 10_000;
const DAY_MS = 86_400_000;
const PIPELINE = 'employees';

export interface DemoOptions {
  /** Path of `bin/portolan.js`, run as a child process. */
  program: string;
  /** What a person reads; silent for `--json`. */
  say(text: string): void;
  dress: Dress;
  people?: number;
  /** The last night, UTC ms: a night that has not come makes nobody missing. */
  now?: number;
}

/** What `portolan demo --json` prints: the three runs, and what the other side really did. */
export interface DemoResult {
  runs: RunResult[];
  ledger: {
    lms: { users: number; created: number; updated: number; blocked: number; conflicts: number };
    mails: number;
  };
}

/**
 * The main job on embedded defaults: three nights of the shipped case in a sandbox, each `portolan run` a process of its
 * own. Throws DEMO_FAILED when a run does not end done or the ledger disagrees with the counts.
 */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const { say, dress, people = PEOPLE, now = Date.now() } = options;
  const folder = await mkdtemp(join(tmpdir(), 'portolan-demo-'));
  const sftpFolder = join(folder, 'sftp');
  const workspace = join(folder, 'workspace');
  const sandbox = await startSandbox({ folder: sftpFolder });
  try {
    await copyShippedWorkspace(workspace);
    const dates = [-2, -1, 0].map((days) => new Date(now + days * DAY_MS).toISOString().slice(0, 10));
    const [first = '', second = '', third = ''] = dates;
    const portolan = (args: string[]) => runPortolan(options.program, workspace, args, sandboxEnvironment(sandbox));
    const run = async (date: string): Promise<RunResult> => {
      const answer = await portolan(['run', PIPELINE, '--json', '--as-of', date]);
      const result = resultOf(answer);
      if (!result || answer.code !== 0)
        throw failed(`The run of ${date} ended with exit code ${answer.code}`, answer.stderr || answer.stdout);
      say(`${summaryOf(result, { dress })}\n`);
      return result;
    };

    const nights = makeNights(people);
    say(title(dress, `First night: ${nights.first.rows} rows in windows-1251, with the dirt of real life`));
    await exportFile(sftpFolder, first, nights.first.csv);
    const runs = [await run(first)];

    say(title(dress, `Second night: ${whatHappened(nights)}`));
    await exportFile(sftpFolder, second, nights.second.csv);
    const plan = await portolan(['plan', PIPELINE, '--as-of', second]);
    if (plan.code !== 0) throw failed(`The plan ended with exit code ${plan.code}`, plan.stderr);
    say(`${beginning(plan.stdout, 30)}\n`);
    runs.push(await run(second));

    say(title(dress, 'Third night: the same file once more'));
    await exportFile(sftpFolder, third, nights.second.csv);
    runs.push(await run(third));

    const result = { runs, ledger: ledgerOf(sandbox) };
    say(await reports(sftpFolder, dress));
    say(sideBySide(result, dress));
    compare(result);
    return result;
  } finally {
    await sandbox.close();
    await rm(folder, { recursive: true, force: true });
  }
}

const title = (dress: Dress, text: string): string => `${dress.strong(`── ${text}`)}\n\n`;

const whatHappened = ({ night }: Nights): string =>
  `${night.hired.length} hired, ${night.moved.length} moved, ${night.renamed.length} with another surname, ` +
  `${night.dismissed.length} dismissed, ${night.vanished.length} vanished from the file`;

function beginning(text: string, lines: number): string {
  const all = text.split('\n');
  return all.length <= lines ? text : [...all.slice(0, lines), `… and ${all.length - lines} lines more`].join('\n');
}

function ledgerOf({ lms, mail }: Sandbox): DemoResult['ledger'] {
  const { created, updated, blocked, conflicts } = lms.ledger.counts;
  return { lms: { users: lms.ledger.users().length, created, updated, blocked, conflicts }, mails: mail.ledger.mails };
}

/** The first lines of each import report, as the client's specialist finds them on the SFTP server. */
async function reports(sftpFolder: string, dress: Dress): Promise<string> {
  const folder = join(sftpFolder, 'reports');
  const names = (await readdir(folder)).sort();
  const shown = await Promise.all(
    names.map(
      async (name) =>
        `${dress.strong(`/reports/${name}`)}\n${beginning(iconv.decode(await readFile(join(folder, name)), 'win1251'), 14)}`,
    ),
  );
  return `${title(dress, 'The import reports on the SFTP server')}${shown.join('\n')}\n`;
}

const delivered = (runs: RunResult[], operation: 'create' | 'update' | 'missing'): number =>
  runs.reduce((sum, { counts }) => sum + (counts.delivered[operation] ?? 0), 0);

type Comparison = [what: string, counted: number, ledger: number];

function comparisons({ runs, ledger }: DemoResult): Comparison[] {
  return [
    ['created', delivered(runs, 'create'), ledger.lms.created],
    ['updated', delivered(runs, 'update'), ledger.lms.updated],
    ['blocked', delivered(runs, 'missing'), ledger.lms.blocked],
    ['users', delivered(runs, 'create'), ledger.lms.users],
    ['conflicts', 0, ledger.lms.conflicts],
    // People without an address are created and get no mail.
    ['mails', runs.reduce((sum, { sinks }) => sum + (sinks.smtp?.create ?? 0), 0), ledger.mails],
  ];
}

function sideBySide(result: DemoResult, dress: Dress): string {
  const rows = comparisons(result).map(([what, counted, ledger]) => [
    what,
    counted,
    ledger,
    counted === ledger ? 'agrees' : 'DISAGREES',
  ]);
  const columns = [
    { title: '' },
    { title: 'Portolan counted', isNumber: true },
    { title: 'the other side did', isNumber: true },
    { title: '' },
  ];
  return `${title(dress, 'Counts beside the ledgers of the learning platform and the mail trap')}${table(columns, rows)}\n`;
}

function compare(result: DemoResult): void {
  const wrong = comparisons(result).filter(([, counted, ledger]) => counted !== ledger);
  if (wrong.length === 0) return;
  throw failed(
    'The ledgers disagree with the counts',
    wrong.map(([what, counted, ledger]) => `${what}: counted ${counted}, done ${ledger}`).join('; '),
  );
}

const failed = (message: string, details: string) =>
  problem('DEMO_FAILED', `${message}: ${details.trim().slice(0, 2000)}`, { class: 'fatal', fix: 'Please report it.' });
