import { compileCondition, type Uses } from '../../../expression/index.ts';
import { isMap } from '../load-workspace.ts';
import type { DocumentCheck } from './context.ts';

/** What the schema can't say of events: each proves where it comes from, and has a name of its own. */
export function checkReceive(check: DocumentCheck): void {
  const { read, receive } = check.document.value;
  for (const [name, rule] of isMap(receive) ? Object.entries(receive) : []) {
    if (isMap(read) && Object.hasOwn(read, name)) {
      const message = `\`${name}\` is a read of this connector as well, and a source names one of them.`;
      check.tell('NAME_TAKEN', ['receive', name], message, 'Give one of them another name.', { at: 'key' });
    }
    if (isMap(rule) && rule.verify !== undefined) checkVerify(check, ['receive', name, 'verify'], rule.verify);
  }
}

function checkVerify({ tell, isMute }: DocumentCheck, path: (string | number)[], verify: unknown): void {
  if (isMute(path) || verify === 'none') return;
  const uses = usesOf(String(verify));
  if (!uses) return;
  const { variables, functions, fields, whole } = uses;
  const reads = variables.filter(({ name }) => name !== 'connection');
  if (reads.length + fields.length + whole.length === 0) {
    const message = '`verify` reads nothing of the request, so it says the same of everybody’s.';
    const fix = 'Write `$same($headers.`x-key`, $connection.token)` or the like; `verify: none` lets everybody in.';
    tell('RECEIVE_UNVERIFIED', path, message, fix);
    return;
  }
  const warn = (message: string, fix: string): void =>
    tell('RECEIVE_UNVERIFIED', path, message, fix, { severity: 'warning' });
  if (!variables.some(({ name }) => name === 'connection')) {
    const message = '`verify` uses nothing of `$connection`, so whoever reads this document can pass it.';
    warn(message, 'Compare with a secret option of the connection: `$same(GIVEN, $connection.OPTION)`.');
  } else if (!functions.some(({ name }) => name === 'same')) {
    const message = '`verify` compares without `$same`, and how long that takes tells how much of a guess was right.';
    warn(message, 'Write `$same(GIVEN, EXPECTED)`.');
  }
}

/** Undefined where it can't be read, which is told elsewhere. */
function usesOf(text: string): Uses | undefined {
  try {
    return compileCondition(text).uses;
  } catch {
    return undefined;
  }
}
