import { Command } from 'commander';
import { table } from '../../tell/text/table.ts';
import type { TriedConnection } from '../../workspace/index.ts';
import { faultOf } from '../fault.ts';
import type { Cli, CommandMaker } from '../cli.ts';
import { exitCode } from '../exit-code.ts';

/** `portolan connections test [NAME…]`: does a login work, and whose is it. */
export const connectionsCommand: CommandMaker = (cli, act) => {
  const test = new Command('test')
    .description(
      'Logs in to connections of the workspace, all of them without a name, and asks for something harmless; nothing is written there. A connector of its own says what to ask under `test:`. Exit code 1 where a connection does not work.',
    )
    .argument('[name...]', 'Only these connections.')
    .option('--json', 'Print them as one JSON object.')
    .action(
      act(async (names: string[], { json }: { json?: true }) => {
        const tried = await cli.inWorkspace((workspace) => workspace.tryConnections(names));
        if (json) cli.json({ format: 1, connections: tried.map(asJson) });
        else if (tried.length === 0) cli.terminal.out('The workspace has no connections.\n');
        else cli.terminal.out(asText(tried, cli));
        return tried.some(({ is }) => is === 'bad') ? exitCode.failed : exitCode.done;
      }),
    );
  return new Command('connections')
    .summary('try a login')
    .description('The connections of the workspace: where systems are, and how to log in.')
    .addCommand(test);
};

function asJson(tried: TriedConnection): object {
  const { name, kind, durationMs, is } = tried;
  const more = tried.is === 'bad' ? faultOf(tried.problem) : tried.is === 'good' ? { shows: tried.shows } : {};
  return { name, kind, is, durationMs, ...more };
}

function asText(tried: readonly TriedConnection[], { dress, terminal }: Cli): string {
  const columns = [{ title: 'connection' }, { title: 'kind' }, { title: '' }, { title: 'answer' }];
  const rows = tried.map((each) => [each.name, each.kind, each.is, answerOf(each)]);
  const faults = tried.flatMap((each) => {
    if (each.is !== 'bad') return [];
    const { code, message, fix } = faultOf(each.problem);
    return [`${dress.bad(each.name)} ${code}: ${message}${fix ? `\n  fix: ${fix}` : ''}\n`];
  });
  return `${table(columns, rows, terminal.width)}\n${faults.length > 0 ? `\n${faults.join('\n')}` : ''}`;
}

function answerOf(tried: TriedConnection): string {
  if (tried.is === 'good') return tried.shows ?? 'logged in';
  return tried.is === 'bad' ? tried.problem.code : 'nothing is known to ask for: its connector has no `test:`';
}
