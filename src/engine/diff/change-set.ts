import type { RunContext } from '../run/context.ts';
import type { GuardView } from '../run/result.ts';
import { isGoneByItsWord, type Candidates } from './candidates.ts';
import type { Collected } from './collect.ts';
import { flag } from './ledger.ts';

/** Whose absence the guards ask about: everybody whom they hold, and whom nobody accepted before. */
export function asked({ ledger }: Collected, { absent, leaves }: Candidates, guards: GuardView[]): number[] {
  const names = new Set(guards.map((guard) => guard.operation));
  const missing = names.has('missing') || names.has('feed') || names.has('rule') || names.has('limit');
  const gone: number[] = [];
  if (names.has('missing') || names.has('limit') || holds(guards, 'gone')) {
    for (let entry = 0; entry < ledger.size; entry++) if (isGoneByItsWord(ledger, entry)) gone.push(entry);
  }
  const people = [...(missing ? absent : []), ...(missing || names.has('leaves') ? leaves : []), ...gone];
  return people.filter((entry) => !ledger.isAccepted(entry));
}

const holds = (guards: GuardView[], change: 'create' | 'update' | 'returned' | 'gone'): boolean =>
  guards.some((guard) => guard.holds?.includes(change));

/** The same for the same set of changes in any order: every change's keyed hash, added up (S7). */
export function changeSetHash(
  run: RunContext,
  collected: Collected,
  candidates: Candidates,
  guards: GuardView[],
): string {
  const { ledger } = collected;
  const names = new Set(guards.map((guard) => guard.operation));
  const sum = new BigUint64Array(2);
  const add = (operation: string, entry: number): void => {
    const text = `${operation} ${Buffer.from(ledger.keyHash(entry)).toString('hex')} ${Buffer.from(ledger.seenHash(entry)).toString('hex')}`;
    const hash = Buffer.from(run.world.vault.valueHash(text));
    sum[0] = (sum[0] ?? 0n) + hash.readBigUInt64BE(0);
    sum[1] = (sum[1] ?? 0n) + hash.readBigUInt64BE(8);
  };
  const waits = {
    create: names.has('create') || names.has('first') || holds(guards, 'create'),
    update: names.has('update') || holds(guards, 'update'),
    returned: holds(guards, 'returned'),
    lost: names.has('update') || holds(guards, 'update'),
  };
  for (const entry of asked(collected, candidates, guards)) add('missing', entry);
  for (let entry = 0; entry < ledger.size; entry++) {
    if (!ledger.has(entry, flag.passed) || ledger.has(entry, flag.conflict)) continue;
    const fate = ledger.fate(entry);
    if (fate in waits && waits[fate as keyof typeof waits]) add(fate, entry);
  }
  return [...sum]
    .map((half) => half.toString(16).padStart(16, '0'))
    .join('')
    .slice(0, 20);
}
