import { isProblem, problem } from '#sdk';

/** What errs in a login or a signature is no fault of the record that happens to wait for it. */
export function ofTheRun(error: unknown, what: string, word: string): unknown {
  if (!isProblem(error) || error.class !== 'data') return error;
  return problem(error.code, `${what}: ${error.message}`, {
    class: 'fatal',
    nothingDone: true,
    fix: `Correct ${word} in the connector.`,
  });
}
