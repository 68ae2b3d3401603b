import { isProblem, type Fields, type Operation, type Outcome, type Problem, type Scope, type WriteItem } from '#sdk';
import { attachedScope } from '../attached.ts';
import type { Session } from '../session.ts';
import type { OperationDocument, TargetRule } from '../schema/write.ts';
import { scrubFor } from '../verdict.ts';

/** One record that can be sent. */
export interface Prepared {
  item: WriteItem;
  /** Its place in the batch as the engine gave it. */
  place: number;
  /** As it stands in the body: `$item`. */
  body: unknown;
  /** `$kept`, `$was`, `$changed`, `$index` (its place among what is sent), `$once`. */
  scope: Scope;
}

export interface Preparation {
  prepared: Prepared[];
  /** By place: those whose shape can't be made. */
  refused: Map<number, Outcome>;
}

/** Makes `item` of each record. A record whose expressions err is refused alone. */
export async function prepareItems(
  session: Session,
  target: TargetRule,
  document: OperationDocument,
  batch: { once: string; operation: Operation; items: readonly WriteItem[] },
): Promise<Preparation> {
  const prepared: Prepared[] = [];
  const refused = new Map<number, Outcome>();
  for (const [place, item] of batch.items.entries()) {
    const changed = withCleared(changedOf(item, batch.operation), target.clear);
    const scope = itemScope(session, { ...item, changed }, prepared.length, batch.once);
    try {
      const body = document.item
        ? ((await document.item.make(item.record, scope, session.env)) ?? {})
        : wholeRecord(item.record, changed, batch.operation);
      prepared.push({ item, place, body, scope });
    } catch (error) {
      if (!isProblem(error) || error.class !== 'data') throw error;
      refused.set(place, rejection(error, session, item));
    }
  }
  return { prepared, refused };
}

/** A reject that says what the problem says. */
export const rejection = (error: Problem, session: Session, item: WriteItem): Outcome => ({
  is: 'rejected',
  code: error.code,
  reason: scrubFor(session, item.record)(error.message),
});

function itemScope(session: Session, item: WriteItem, index: number, once: string): Scope {
  return {
    ...session.scope,
    kept: item.kept ?? {},
    index,
    once,
    ...(item.was ? { was: item.was } : {}),
    ...(item.changed ? { changed: item.changed } : {}),
    ...attachedScope(item.file),
  };
}

/** An update of somebody who was found, not compared: everything may differ. */
const changedOf = ({ changed, record }: WriteItem, operation: Operation): Fields | undefined =>
  changed ?? (operation === 'update' ? record : undefined);

/** `$changed` with what `clear` says for fields that lost their value. */
function withCleared(changed: Fields | undefined, clear: string | null | undefined): Fields | undefined {
  if (!changed || clear === undefined || clear === null) return changed;
  const entries = Object.entries(changed).flatMap(([name, value]): [string, unknown][] => {
    if (value !== null) return [[name, value]];
    return clear === 'omit' ? [] : [[name, clear]];
  });
  return Object.fromEntries(entries);
}

/** An update of the whole record also names the fields that lost their value, or they would stay. */
function wholeRecord(record: Fields, changed: Fields | undefined, operation: Operation): Fields {
  return operation === 'update' && changed ? { ...changed, ...record } : record;
}
