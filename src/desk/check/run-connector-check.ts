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
        { ...tools, pipeline, opens: opensOf(check, tools, network, clock) },
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

function opensOf(
  { connector, connection }: ConnectorCheck,
  tools: ConnectorCheckTools,
  { dispatcher }: Replay,
  clock: Clock,
): NonNullable<CheckTools['opens']> {
  const { catalogue, loaded, openFormat } = tools;
  const options = catalogue.connections[connector]?.options ?? {};
  const parts = { connection: compileMarked(options, connection), clock, dispatcher, folder: loaded.root, openFormat };
  return {
    source: (use, opening) =>
      isOf(connector, use)
        ? tools.source(use.kind, { ...opening, ...contextOf(opening, parts), options: use.options })
        : undefined,
    sink: (use, opening) =>
      isOf(connector, use) ? tools.sink(use.kind, { ...contextOf(opening, parts), options: use.options }) : undefined,
    openCall: (use, opening) => tools.call(use.kind, contextOf(opening, parts)),
  };
}
