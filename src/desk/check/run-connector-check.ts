import type { OpenContext } from '../../connect/sdk/index.ts';
import type { Opening } from '../../engine/run/world.ts';
import { compileMarked, timezoneOf } from '../../language/compile/index.ts';
import type { Clock } from '../../model/clock.ts';
import type { ConnectorCheck } from './check-document.ts';
import { contextOf, isOf, pipelineOf, type ConnectorTools } from './connector-case.ts';
import { readExchanges } from './exchanges.ts';
import { replay, type Replay } from './replay.ts';
import { differencesOf, momentOf, runCase, standingAt, type CaseResult, type CheckTools } from './run-check.ts';

/** What a check of a connector takes from the workspace that it stands in. */
export type ConnectorCheckTools = ConnectorTools & Pick<CheckTools, 'tables' | 'formatOf'>;

/**
 * Runs every case of a connector's check through the engine, as a pipeline of its own. What the connector asks is compared
 * with the exchanges of the case and answered out of them; no connection is opened, and waits take no time.
 */
export async function runConnectorCheck(check: ConnectorCheck, tools: ConnectorCheckTools): Promise<CaseResult[]> {
  const now = momentOf(check, timezoneOf(tools.loaded));
  const results: CaseResult[] = [];
  for (const each of check.cases) {
    const began = performance.now();
    const clock = standingAt(now);
    const network = await replay(readExchanges(each.exchanges));
    try {
      const pipeline = pipelineOf(check.connector, each, tools);
      const { result, sent } = await runCase(
        each,
        { ...tools, pipeline, opens: opensOf(check.connector, tools, contextsOf(check, tools, network, clock)) },
        now,
        clock,
      );
      const differences = [...differencesOf(each, result, sent), ...network.differences()];
      const durationMs = Math.round(performance.now() - began);
      const passed = differences.length === 0;
      results.push({ check: check.connector, file: check.file, name: each.name, passed, differences, durationMs });
    } finally {
      await network.close();
    }
  }
  return results;
}

/** What a connector is opened with in a check: its connection as written there, and no network. */
function contextsOf(
  { connector, connection }: ConnectorCheck,
  { catalogue, loaded, openFormat }: ConnectorCheckTools,
  { network }: Replay,
  clock: Clock,
): (opening: Opening) => OpenContext<unknown> {
  const options = catalogue.connections[connector]?.options ?? {};
  const parts = { connection: compileMarked(options, connection), clock, network, folder: loaded.root, openFormat };
  return (opening) => contextOf(opening, parts);
}

/** Opens the parts of one connector with what `context` makes; all else is as in every check. */
export function opensOf(
  connector: string,
  tools: Pick<ConnectorTools, 'source' | 'sink' | 'call'>,
  context: (opening: Opening) => OpenContext<unknown>,
): NonNullable<CheckTools['opens']> {
  return {
    source: (use, opening) =>
      isOf(connector, use)
        ? tools.source(use.kind, { ...opening, ...context(opening), options: use.options })
        : undefined,
    sink: (use, opening) =>
      isOf(connector, use) ? tools.sink(use.kind, { ...context(opening), options: use.options }) : undefined,
    openCall: (use, opening) => tools.call(use.kind, context(opening)),
  };
}
