import type { CommandMaker } from '../cli.ts';
import { connectionsCommand } from './connections.ts';
import { connectorsCommand } from './connectors.ts';
import { demoCommand } from './demo.ts';
import { initCommand } from './init.ts';
import { planCommand } from './plan.ts';
import { recordCommand } from './record.ts';
import { rejectsCommand } from './rejects.ts';
import { runCommand } from './run.ts';
import { runsCommand } from './runs.ts';
import { schemaCommand } from './schema.ts';
import { serveCommand } from './serve.ts';
import { testCommand } from './test.ts';
import { validateCommand } from './validate.ts';

/** Every command, in the order of the help. */
export const commands: readonly CommandMaker[] = Object.freeze([
  initCommand,
  validateCommand,
  planCommand,
  runCommand,
  serveCommand,
  testCommand,
  runsCommand,
  rejectsCommand,
  connectionsCommand,
  connectorsCommand,
  recordCommand,
  schemaCommand,
  demoCommand,
]);
