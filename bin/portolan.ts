#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { main, processTerminal } from '../src/cli/index.ts';

// V8 lets the old generation grow to several times what lives; half as much again keeps a million rows 50 MB lower.
setFlagsFromString('--heap-growing-percent=50');

// A reader such as `head` may go before everything is written; that is no fault of the command.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const code = await main(process.argv.slice(2), processTerminal());
// What a pipe has not taken yet would be lost by exit(): it is waited for.
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
