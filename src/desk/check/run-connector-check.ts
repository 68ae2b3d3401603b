import { timezoneOf } from '../../language/compile/index.ts';
import type { ConnectorCheck } from './check-document.ts';
import { contextsOf, opensOf, pipelineOf, type ConnectorTools } from './connector-case.ts';
import { readExchanges } from './exchanges.ts';
import { replay } from './replay.ts';
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
    const replayed = await replay(readExchanges(each.exchanges));
    try {
      const pipeline = pipelineOf(check.connector, each, tools);
      const contexts = contextsOf(check.connector, check.connection, tools, replayed.network, clock);
      const { result, sent } = await runCase(
        each,
        { ...tools, pipeline, opens: opensOf(check.connector, tools, contexts) },
        now,
        clock,
      );
      const differences = [...differencesOf(each, result, sent), ...replayed.differences()];
      const durationMs = Math.round(performance.now() - began);
      const passed = differences.length === 0;
      results.push({ check: check.connector, file: check.file, name: each.name, passed, differences, durationMs });
    } finally {
      await replayed.close();
    }
  }
  return results;
}
