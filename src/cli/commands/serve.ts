import { Command, InvalidArgumentError, Option } from 'commander';
import type { CommandMaker } from '../cli.ts';
import { exitCode } from '../exit-code.ts';
import { withStopSignals } from '../stop-signals.ts';

/** `portolan serve`: takes events in and runs the pipelines that read them. */
export const serveCommand: CommandMaker = (cli, act) =>
  new Command('serve')
    .summary('take events in, and run the pipelines that read them')
    .description(
      'Listens for the events that connectors declare under `receive:` and that a pipeline has as its source, at /receive/CONNECTION/EVENT. An event is stored durably before it is answered 200; pipelines run when their `batch` is full or `within` has passed. It does this and nothing else: schedules are not run. Speaks HTTP without TLS, so put a proxy with a certificate before it. SIGTERM ends it: requests in flight are answered.',
    )
    .addOption(
      new Option('--listen <host:port>', 'Where to listen.')
        .argParser(listenAddress)
        .default({ host: '127.0.0.1', port: 8080 }, '127.0.0.1:8080'),
    )
    .action(
      act(async ({ listen }: { listen: { host: string; port: number } }) => {
        const { serve } = await import('../../serve/index.ts');
        await cli.inWorkspace((workspace) =>
          withStopSignals(cli.terminal, (signal) =>
            serve(workspace, { ...listen, signal, log: (line) => cli.terminal.err(`${line}\n`) }),
          ),
        );
        return exitCode.done;
      }),
    );

/** `127.0.0.1:8080`, `[::1]:8080`. */
function listenAddress(written: string): { host: string; port: number } {
  const found = /^(?:\[([0-9a-f:.]+)\]|([^:[\]\s]+)):(\d{1,5})$/i.exec(written);
  const port = Number(found?.[3]);
  if (!found || port > 65_535) throw new InvalidArgumentError('It is a host and a port, such as 127.0.0.1:8080.');
  return { host: (found[1] ?? found[2]) as string, port };
}
