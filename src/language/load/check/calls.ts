import type { WrittenStep } from '../../compile/steps.ts';
import { writtenUse } from '../../compile/written-use.ts';
import { checkConnection } from './connections.ts';
import type { Checking, DocumentCheck } from './context.ts';
import { hint, writeInstead } from './near.ts';

/** Steps that call: the operation and its connection exist, and it may stand where it stands. */
export function checkCalls(checking: Checking, check: DocumentCheck, steps: readonly WrittenStep[]): void {
  const diffAt = steps.findIndex((step) => step.kind === 'diff');
  for (const [index, step] of steps.entries()) {
    if (step.kind === 'call') checkCall(checking, check, step, index < diffAt);
  }
}

function checkCall(checking: Checking, check: DocumentCheck, step: WrittenStep, isBeforeDiff: boolean): void {
  const operation = writtenUse(step.options, []);
  if (!operation) return;
  const { kind } = operation;
  const at = [...step.path, 'call', kind];
  const { calls } = checking.catalogue;
  const entry = Object.hasOwn(calls, kind) ? calls[kind] : undefined;
  if (!entry) {
    const known = Object.keys(calls);
    const message = `unknown operation "${kind}"${hint(kind, known)}`;
    const fix = writeInstead(kind, known) ?? 'Declare it under `call:` of its connector.';
    check.tell('UNKNOWN_KIND', at, message, fix, { at: 'key' });
    return;
  }
  if (checking.loaded.workspace && !check.isMute(step.path)) {
    checkConnection(checking, check, { ...operation, words: step.words, key: 'call' }, entry, step.path);
  }
  if (entry.writes && isBeforeDiff) {
    const message = `\`${kind}\` writes, and stands before the \`diff\`, where everything is only compared.`;
    const fix = 'Move this step behind the `diff`; only an operation that asks by `get` may stand before it.';
    check.tell('CALL_BEFORE_DIFF', at, message, fix, { at: 'key' });
  }
  if (entry.repeat === 'never') {
    const message = `\`${kind}\` is not safe to repeat, and a run repeats what it could not commit.`;
    const fix =
      'Where the API bears it, write `repeat: safe` in the connector, or send a header `Idempotency-Key: =$once`.';
    check.tell('CALL_NOT_REPEATABLE', at, message, fix, { at: 'key' });
  }
}
