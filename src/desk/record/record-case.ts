import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAnswering, type Network, type ObservedExchange } from '../../connect/net/index.ts';
import type { OpenContext } from '../../connect/sdk/index.ts';
import type { RunResult } from '../../engine/run/result.ts';
import type { Opening } from '../../engine/run/world.ts';
import type { Clock } from '../../model/clock.ts';
import { makeWorkspaceKey } from '../../store/index.ts';
import { problem } from '../../model/problem.ts';
import type { Fields } from '../../model/record.ts';
import { readFixture, type ConnectorCase } from '../check/check-document.ts';
import { contextsOf, opensOf, pipelineOf } from '../check/connector-case.ts';
import { countsByName } from '../check/differences.ts';
import { requestDifferences, type Exchange } from '../check/exchanges.ts';
import { readKnown, type Known } from '../check/known.ts';
import type { Sent } from '../check/recorder.ts';
import { given } from '../check/replay.ts';
import type { ConnectorCheckTools } from '../check/run-connector-check.ts';
import { runCase, standingAt } from '../check/run-check.ts';
import { newBlanker, type Blanker, type Kept } from './blank.ts';
import { refuseTooLarge, taken, writtenRequest, type Taken } from './recorded-exchange.ts';

/** A case that is to be recorded; files are absolute paths. */
export interface Wanted {
  connector: string;
  case: Omit<ConnectorCase, 'exchanges' | 'counts'>;
  /** Options of the connection as they are. */
  connection: Fields;
  /** Those of its values that are secret. */
  secrets: readonly string[];
  /** Of the check that the case goes to, where it has one already. */
  checkConnection?: Fields;
  kept: Kept;
  /** UTC ms, for the replay. */
  now: number;
}

/** A case as it is to be written: all of it blanked. */
export interface RecordedCase {
  connection: Fields;
  /** What is passed to a read or an operation. */
  with: Fields;
  exchanges: Exchange[];
  source?: unknown;
  known?: Known[];
  /** Of a read or an operation. */
  sent?: Sent[];
  expect: Record<string, number>;
}

export interface RecordTools extends ConnectorCheckTools {
  clock: Clock;
  /** Opens against the real other side, with its login. */
  real(opening: Opening, network: Network): OpenContext<unknown>;
}

/**
 * Runs a case against the real other side and blanks what was answered; then runs it again against the blanked answers, and
 * writes down the requests that are made of those: so no request holds anything real. Throws RECORD_FAILED,
 * RECORD_DIFFERS, RECORD_NOT_TEXT and RECORD_TOO_LARGE.
 */
export async function recordCase(wanted: Wanted, tools: RecordTools): Promise<RecordedCase> {
  const blank = newBlanker(wanted.kept);
  for (const secret of wanted.secrets) blank.secret(secret);
  const connection = wanted.checkConnection ?? blankOptions(wanted.connection, blank);
  const files = blankedFiles(wanted.case, blank);
  const given = blankGiven(wanted.case.with, blank);
  const heard: Taken[] = [];
  const first = await inReality(wanted, tools, (exchange) => {
    heard.push(taken(exchange, blank, wanted.kept));
    refuseTooLarge(heard);
  });
  failed(first);
  const { result, sent, exchanges } = await again({ ...wanted, case: { ...wanted.case, with: given } }, tools, {
    connection,
    files,
    heard,
  });
  const differences = differencesOf(first, result, heard.length, exchanges.length);
  if (differences.length > 0) throw differs(differences);
  return {
    connection,
    with: given,
    exchanges,
    ...files,
    ...(wanted.case.write === undefined ? { sent } : {}),
    expect: expected(result),
  };
}

const blankOptions = (connection: Fields, blank: Blanker): Fields =>
  Object.fromEntries(Object.entries(connection).map(([name, value]) => [name, blank.value(value, name)]));

/** What is an expression is the integrator's own. */
const blankGiven = (given: Fields, blank: Blanker): Fields =>
  Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name,
      typeof value === 'string' && (value.startsWith('=') || value.includes('{{')) ? value : blank.value(value, name),
    ]),
  );

type BlankedFiles = Pick<RecordedCase, 'source' | 'known'>;

function blankedFiles({ sources, known }: Wanted['case'], blank: Blanker): BlankedFiles {
  return {
    ...(sources[0] === undefined ? {} : { source: blank.value(readFixture(sources[0])) }),
    ...(known === undefined ? {} : { known: readKnown(known).map((each) => blankKnown(each, blank)) }),
  };
}

/** Names of targets in `kept` are the document's. */
function blankKnown({ key, record, kept = {}, gone }: Known, blank: Blanker): Known {
  const ids = Object.entries(kept).map(([sink, given]) => [sink, blank.value(given)] as const);
  return {
    key: blank.text(key),
    record: blank.value(record) as Fields,
    ...(ids.length > 0 ? { kept: Object.fromEntries(ids) as Record<string, Fields> } : {}),
    ...(gone === undefined ? {} : { gone }),
  };
}

async function inReality(
  { connector, case: each }: Wanted,
  tools: RecordTools,
  observe: (exchange: ObservedExchange) => void,
): Promise<RunResult> {
  const { clock, real } = tools;
  const pipeline = pipelineOf(connector, { ...each, counts: {}, exchanges: '' }, tools);
  const opens = opensOf(connector, tools, (opening) => real(opening, { observe }));
  const key = makeWorkspaceKey();
  const { result } = await runCase({ ...each, counts: {} }, { ...tools, pipeline, opens, key }, clock.now(), clock);
  return result;
}

async function again(
  { connector, case: each, now }: Wanted,
  tools: RecordTools,
  { connection, files, heard }: { connection: Fields; files: BlankedFiles; heard: readonly Taken[] },
): Promise<{ result: RunResult; sent: Sent[]; exchanges: Exchange[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-record-'));
  const left = [...heard];
  const exchanges: Exchange[] = [];
  const { network, close } = await openAnswering((made) => {
    const nearest = left
      .map((each) => ({ each, distance: requestDifferences(each, made).length }))
      .sort((a, b) => a.distance - b.distance)[0]?.each;
    if (!nearest) return { status: 400, headers: {}, body: 'nothing was answered to this' };
    left.splice(left.indexOf(nearest), 1);
    exchanges.push({ request: writtenRequest(made), answer: nearest.answer });
    return given(nearest.answer);
  });
  try {
    const written = async (name: string, value: unknown): Promise<string> => {
      await writeFile(join(folder, name), JSON.stringify(value), { mode: 0o600 });
      return join(folder, name);
    };
    const { known: _known, ...rest } = each;
    const blanked = {
      ...rest,
      sources: files.source === undefined ? [] : [await written('source.json', files.source)],
      ...(files.known === undefined ? {} : { known: await written('known.json', files.known) }),
      counts: {},
    };
    const clock = standingAt(now);
    const opens = opensOf(connector, tools, contextsOf(connector, connection, tools, network, clock));
    const pipeline = pipelineOf(connector, { ...blanked, exchanges: '' }, tools);
    return { ...(await runCase(blanked, { ...tools, pipeline, opens }, now, clock)), exchanges };
  } finally {
    await close();
    await rm(folder, { recursive: true, force: true });
  }
}

function failed({ status, code, reason }: RunResult): void {
  if (status === 'done') return;
  throw problem(
    'RECORD_FAILED',
    `Nothing was recorded: the run is ${status}${code ? `, ${code}` : ''}: ${reason ?? ''}`,
    {
      class: 'fatal',
      fix: 'Mend what it says; `portolan connections test` tries the login alone.',
    },
  );
}

function differencesOf(first: RunResult, second: RunResult, heard: number, asked: number): string[] {
  const before = countsByName(first.counts);
  const after = countsByName(second.counts);
  if (second.status !== 'done') return [`the run is ${second.status}: ${second.code ?? ''} ${second.reason ?? ''}`];
  return [
    ...Object.keys(before).flatMap((name) =>
      before[name] === after[name] ? [] : [`${name} was ${before[name]}, is ${after[name]}`],
    ),
    ...(heard === asked ? [] : [`${heard} requests were made, now ${asked}`]),
  ];
}

/** Counts that say something. What is delivered is told by operation. */
const expected = ({ counts }: RunResult): Record<string, number> =>
  Object.fromEntries(Object.entries(countsByName(counts)).filter(([name, count]) => count > 0 && name !== 'delivered'));

const differs = (differences: readonly string[]): Error =>
  problem(
    'RECORD_DIFFERS',
    `With made-up values in the answers something else comes of it: ${differences.join('; ')}.`,
    { fix: 'Name the fields that decide it, whose values must stay: --keep status --keep type.' },
  );
