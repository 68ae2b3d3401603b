import { Command } from 'commander';
import { join } from 'node:path';
import type { CommandMaker } from '../cli.ts';
import { exitCode } from '../exit-code.ts';

/** `portolan demo`: three nights of the shipped case in a sandbox of its own. */
export const demoCommand: CommandMaker = (cli, act) =>
  new Command('demo')
    .summary('three nights of the shipped case, in a sandbox')
    .description(
      'Starts an SFTP server, a learning platform and a mail trap in this process, generates 10,000 employees with the dirt of real life, and runs the shipped case three nights long. Prints the reports beside the ledgers of the other side. Leaves nothing behind.',
    )
    .option('--json', 'Print the three results and the ledgers as one JSON object.')
    .action(
      act(async ({ json }: { json?: true }) => {
        // The sandbox brings servers along that no other command needs.
        const { packageFolder, runDemo } = await import('../../sandbox/demo/index.ts');
        const result = await runDemo({
          program: join(packageFolder(), 'dist', 'bin', 'portolan.js'),
          say: (text) => (json ? undefined : cli.terminal.out(text)),
          dress: cli.dress,
        });
        if (json) cli.json(result);
        return exitCode.done;
      }),
    );
