import { isProblem, type Problem, type Where } from '../model/problem.ts';
import { dressFor, type Terminal } from './terminal.ts';

/** Says what went wrong on standard error; a stack is shown only under PORTOLAN_DEBUG=1. */
export function tellFault(terminal: Terminal, error: unknown): void {
  const { bad } = dressFor(terminal, terminal.errIsTerminal);
  const { code, message, fix, where } = faultOf(error);
  const lines = [`${bad(`error ${code}`)} ${message}`];
  const place = placeText(where ?? {});
  if (place) lines.push(`  at: ${place}`);
  if (fix) lines.push(`  fix: ${fix}`);
  terminal.err(`${lines.join('\n')}\n`);
  if (terminal.env.PORTOLAN_DEBUG === '1') terminal.err(`${stackOf(error)}\n`);
}

/** The same for `--json`: `{ code, message, fix?, where? }`. */
export function faultOf(error: unknown): Pick<Problem, 'code' | 'message' | 'fix'> & { where?: Where } {
  if (isProblem(error)) {
    const { code, message, fix, where } = error;
    return { code, message, ...(fix ? { fix } : {}), ...(Object.keys(where).length > 0 ? { where } : {}) };
  }
  // The message of an unknown error may hold anything, personal values too: its name has to do.
  const name = error instanceof Error ? error.name : typeof error;
  return {
    code: 'INTERNAL',
    message: `An error that Portolan does not know ended the command (${name}).`,
    fix: 'Run it again with PORTOLAN_DEBUG=1 and report what it prints.',
  };
}

function placeText({ file, line, column, pipeline, step, sink }: Where): string {
  const position = [file, line, column].filter((part) => part !== undefined).join(':');
  const names = Object.entries({ pipeline, step, sink }).flatMap(([name, value]) =>
    value ? [`${name} ${value}`] : [],
  );
  return [position, ...names].filter(Boolean).join(', ');
}

function stackOf(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return error instanceof Error && error.cause ? `${text}\ncaused by: ${stackOf(error.cause)}` : text;
}
