import pc from 'picocolors';
import { plainDress, type Dress } from '../tell/summary/index.ts';

/** All that the command line touches: the process's own, or a test's. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Is standard output, or standard error, a terminal? Without one nothing is coloured and no progress is shown. */
  outIsTerminal: boolean;
  errIsTerminal: boolean;
  /** Columns of the terminal on standard output. */
  width?: number;
  env: NodeJS.ProcessEnv;
  /** Where commands start to look for the workspace. */
  folder: string;
  /** Calls back at each SIGINT or SIGTERM; the answer stops that. */
  onSignal(listener: () => void): () => void;
  /** Ends the process at once. */
  exit(code: number): void;
}

const colourful = pc.createColors(true);

const coloured: Dress = Object.freeze({
  strong: colourful.bold,
  good: colourful.green,
  bad: colourful.red,
  doubtful: colourful.yellow,
  quiet: colourful.dim,
});

/** Colours for a stream: only on a terminal, and not where NO_COLOR asks for none (no-color.org). */
export const dressFor = ({ env }: Terminal, isTerminal: boolean): Dress =>
  isTerminal && !env.NO_COLOR && env.TERM !== 'dumb' ? coloured : plainDress;

/** The terminal of this process. */
export function processTerminal(): Terminal {
  const { stdout, stderr } = process;
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    outIsTerminal: stdout.isTTY === true,
    errIsTerminal: stderr.isTTY === true,
    ...(stdout.isTTY ? { width: stdout.columns } : {}),
    env: process.env,
    folder: process.cwd(),
    onSignal(listener) {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, listener);
      return () => {
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, listener);
      };
    },
    exit: (code) => process.exit(code),
  };
}
