import { counted } from '../../model/counted.ts';
import { Command } from 'commander';
import {
  connectorChecks,
  pipelineChecks,
  runCheck,
  runConnectorCheck,
  type CaseResult,
} from '../../desk/check/index.ts';
import { compilePipeline } from '../../language/compile/index.ts';
import { checkWorkspace, findingsAsText, loadTables, loadWorkspace, type Loaded } from '../../language/load/index.ts';
import { problem } from '../../model/problem.ts';
import { catalogueOf } from '../../workspace/catalogue.ts';
import type { Cli, CommandMaker } from '../cli.ts';
import { exitCode } from '../exit-code.ts';

/** `portolan test [PIPELINE…]`: runs `check:` documents, without any network, store or secret. */
export const testCommand: CommandMaker = (cli, act) =>
  new Command('test')
    .summary('run the checks of pipelines and connectors, offline')
    .description(
      'Runs `check:` documents through the same code as a run: fixtures are the source, sinks only write down what they are sent, connectors are answered out of recorded exchanges, time stands still. Needs no network and no secret. Exit code 1 when a case does not come to what it expects.',
    )
    .argument('[name...]', 'Only the checks of these pipelines and connectors.')
    .option('--json', 'Print the results as one JSON object.')
    .action(
      act(async (names: string[], { json }: { json?: true }) => {
        const results = await runChecks(loadWorkspace(cli.terminal.folder), names);
        const failed = results.filter(({ passed }) => !passed).length;
        if (json) cli.json({ format: 1, passed: results.length - failed, failed, cases: results });
        else cli.terminal.out(resultsText(results, cli));
        return failed > 0 ? exitCode.failed : exitCode.done;
      }),
    );

async function runChecks(loaded: Loaded, names: readonly string[]): Promise<CaseResult[]> {
  const catalogue = catalogueOf(loaded);
  refuseMistakes(checkWorkspace(loaded, catalogue).filter(({ severity }) => severity === 'error'));
  const all = pipelineChecks(loaded);
  const ofConnectors = connectorChecks(loaded);
  for (const name of names) {
    const isConnector = loaded.documents.some((document) => document.kind === 'connector' && document.name === name);
    if (!isConnector) compilePipeline(loaded, name, catalogue);
    if (![...all.map(({ pipeline }) => pipeline), ...ofConnectors.map(({ connector }) => connector)].includes(name)) {
      throw problem('CHECK_MISSING', `The ${isConnector ? 'connector' : 'pipeline'} ${name} has no check.`, {
        fix: `Write a document that begins with \`check: ${name}\` beside it.`,
      });
    }
  }
  const { kindsOf } = await import('../../workspace/kinds.ts');
  const { connectorTools } = await import('../../workspace/connector-tools.ts');
  const tables = loadTables(loaded);
  const tools = connectorTools({ loaded, catalogue, kinds: kindsOf(loaded, catalogue) }, (name) => tables.get(name));
  const results: CaseResult[] = [];
  for (const check of all) {
    if (names.length > 0 && !names.includes(check.pipeline)) continue;
    const pipeline = compilePipeline(loaded, check.pipeline, catalogue);
    results.push(...(await runCheck(check, { ...tools, pipeline })));
  }
  for (const check of ofConnectors)
    if (names.length === 0 || names.includes(check.connector)) results.push(...(await runConnectorCheck(check, tools)));
  return results;
}

function refuseMistakes(errors: Parameters<typeof findingsAsText>[0]): void {
  if (errors.length === 0) return;
  throw problem(
    'WORKSPACE_INVALID',
    `The workspace has ${counted(errors.length, 'mistake')}:\n${findingsAsText(errors.slice(0, 5))}`,
    {
      fix: 'Run `portolan validate` to see them all.',
    },
  );
}

function resultsText(results: readonly CaseResult[], { dress }: Cli): string {
  if (results.length === 0) return 'There are no checks.\n';
  const lines = results.flatMap(({ check, name, passed, differences }) => [
    `${passed ? dress.good('ok') : dress.bad('FAILED')} ${dress.strong(check)} ${name}`,
    ...differences.map((difference) => `    ${difference}`),
  ]);
  const failed = results.filter(({ passed }) => !passed).length;
  return `${lines.join('\n')}\n\n${counted(results.length, 'case')}, ${failed === 0 ? 'all as expected' : `${failed} not as expected`}.\n`;
}
