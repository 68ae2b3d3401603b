import { ENTRY_BYTES, entryOffset, entryState } from '../entry.ts';
import { findEntry, mergeEntries, recordIdOf, sortEntries } from '../packed.ts';
import type { Store } from '../ports.ts';
import type { Connection } from './connection.ts';
import { readRecord } from './records.ts';
import type { Sealing } from './sealing.ts';
import { partId } from './snapshot.ts';
import { statement } from './statement.ts';

/** Parts kept in memory per snapshot: of a snapshot of a million about 190 KB each. */
const PARTS_KEPT = 32;

const state = statement<{ name: string }>()((query, arg) =>
  query
    .selectFrom('snapshots')
    .select(['id', 'merges'])
    .select((of) =>
      of
        .selectFrom('acknowledgements')
        .select((each) => each.fn.max('acknowledgements.id').as('last'))
        .whereRef('acknowledgements.snapshot', '=', 'snapshots.id')
        .as('last'),
    )
    .where('name', '=', arg('name')),
);
const otherNames = statement<{ name: string }>()((query, arg) =>
  query.selectFrom('snapshots').select('name').where('name', '!=', arg('name')).orderBy('id'),
);
const since = statement<{ snapshot: number; after: number }>()((query, arg) =>
  query
    .selectFrom('acknowledgements')
    .select('entries')
    .where('snapshot', '=', arg('snapshot'))
    .where('provisional', '=', 0)
    .where('id', '>', arg('after'))
    .orderBy('id'),
);
const readPart = statement<{ part: number }>()((query, arg) =>
  query.selectFrom('parts').select('entries').where('id', '=', arg('part')),
);

interface Known {
  id: number;
  merges: number;
  /** Acknowledgements up to this one are in `runs`. */
  last: number;
  /** Sorted lists, older first; each at least twice as long as the next, so that there are few. */
  lists: Uint8Array[];
  parts: Map<number, Uint8Array>;
}

/** Single keys of a snapshot (`$delivered`): remembers what it read, and sees every commit. */
export function finding(connection: Connection, sealing: Sealing): Pick<Store, 'findInSnapshot' | 'findElsewhere'> {
  const snapshots = new Map<string, Known>();
  return {
    findInSnapshot: async (name, keyHash) =>
      connection.read(() => {
        const known = refresh(name);
        const entry = known && find(known, keyHash);
        if (!entry || entry[entryOffset.state] === 0) return undefined;
        const id = recordIdOf(entry);
        return id > 0 ? readRecord(connection, sealing, id) : undefined;
      }),
    findElsewhere: async (exceptName, keyHash) =>
      connection.read(() =>
        connection.all(otherNames, { name: exceptName }).flatMap(({ name }) => {
          const known = refresh(name);
          const entry = known && find(known, keyHash);
          if (!entry || entry[entryOffset.state] !== entryState.active) return [];
          const record = readRecord(connection, sealing, recordIdOf(entry));
          return record ? [record] : [];
        }),
      ),
  };

  function refresh(name: string): Known | undefined {
    const now = connection.get(state, { name });
    if (!now) return undefined;
    let known = snapshots.get(name);
    if (!known || known.merges !== now.merges || known.id !== now.id) {
      known = { id: now.id, merges: now.merges, last: 0, lists: [], parts: new Map() };
      snapshots.set(name, known);
    }
    const last = now.last ?? 0;
    if (last > known.last) {
      for (const { entries } of connection.all(since, { snapshot: known.id, after: known.last })) {
        append(known.lists, sortEntries(entries));
      }
      known.last = last;
    }
    return known;
  }

  function find(known: Known, keyHash: Uint8Array): Uint8Array | undefined {
    for (let index = known.lists.length - 1; index >= 0; index--) {
      const found = findEntry(known.lists[index] as Uint8Array, keyHash);
      if (found) return found;
    }
    return findEntry(part(known, keyHash[0] as number), keyHash);
  }

  function part(known: Known, index: number): Uint8Array {
    const kept = known.parts.get(index);
    if (kept) return kept;
    const read = connection.get(readPart, { part: partId(known.id, index) })?.entries ?? new Uint8Array(0);
    if (known.parts.size >= PARTS_KEPT) known.parts.delete(known.parts.keys().next().value as number);
    known.parts.set(index, read);
    return read;
  }
}

/** Appends a sorted list, and merges neighbours until each is twice as long as the next. */
function append(lists: Uint8Array[], entries: Uint8Array): void {
  let newest = entries;
  for (let before = lists.at(-1); before && before.length < 2 * newest.length + ENTRY_BYTES; before = lists.at(-1)) {
    newest = mergeEntries(before, newest);
    lists.pop();
  }
  lists.push(newest);
}
