import type { OpenSource } from '../../connect/sdk/index.ts';
import { momentText } from '../../expression/index.ts';
import { counted } from '../../model/counted.ts';
import type { Fields } from '../../model/record.ts';
import type { Commit } from '../../store/ports.ts';
import type { PostponedInput, PostponedPlace } from '../../store/postponed.ts';
import { flushRejects, hold, note, settleWell, type RunContext } from './context.ts';
import { marked } from './remembered-personal.ts';
import { isFull } from './sources.ts';

const A_READ = 500;
const A_COMMIT = 200;
/** What was held before is told apart from the rows of a file that has the same name today. */
const WAITED = / \(waited until [^()]*\)$/;

/** What a `hold` of earlier runs postponed, and what this run makes of it. */
export class Postponed {
  /** Of earlier runs, by the hash of the key; who comes in this run is out. */
  private readonly waiting = new Map<string, PostponedPlace[]>();
  private readonly taken: number[] = [];
  /** What is read from now on is what waited. */
  private isTakenUp = false;
  private written: PostponedInput[] = [];
  private replaced: string[] = [];
  /** Some row's key could not be read: nobody's absence says anything then. */
  isUnsure = false;

  constructor(places: readonly PostponedPlace[] = []) {
    for (const place of places) this.waiting.set(place.keyHash, [...(this.waiting.get(place.keyHash) ?? []), place]);
  }

  /** A row of the key was read: it is newer than what waits. */
  saw(key: string, hashOf: (key: string) => Uint8Array): void {
    if (this.isTakenUp || this.waiting.size === 0) return;
    if (this.waiting.delete(Buffer.from(hashOf(key)).toString('hex'))) this.replaced.push(key);
  }

  add(record: PostponedInput): void {
    this.written.push(record);
  }
  get unwritten(): number {
    return this.written.length;
  }

  /** For the next commit. */
  take(): Pick<Commit, 'postponed' | 'replacedKeys'> {
    const taken = { postponed: this.written, replacedKeys: this.replaced };
    this.written = [];
    this.replaced = [];
    return taken;
  }

  /** Of each key the latest that is due, earliest first. */
  due(now: number): PostponedPlace[] {
    const latest = [...this.waiting.values()].flatMap((places) => places.findLast(({ until }) => until <= now) ?? []);
    return latest.sort((a, b) => a.until - b.until || a.id - b.id);
  }

  /** What is due is taken up, and what it came after is never to be. */
  takeUp(now: number): void {
    this.isTakenUp = true;
    for (const places of this.waiting.values())
      for (const { id, until } of places) if (until <= now) this.taken.push(id);
  }

  /** A whole feed has nobody of those who are left. */
  withdraw(): void {
    for (const places of this.waiting.values()) this.taken.push(...places.map(({ id }) => id));
    this.waiting.clear();
  }

  /** To be dropped when the run is settled. */
  get settled(): readonly number[] {
    return this.taken;
  }
}

/** The record waits: stored in its source form, and settled as held. */
export async function postpone(
  run: RunContext,
  { key, line, source, record, until }: { key: string; line: number; source: Fields; record: Fields; until: number },
  origin: string,
): Promise<void> {
  hold(run, 'until');
  settleWell(run, key);
  if (run.dryRun) {
    const change = { key, operation: 'held' as const, origin, line, after: record, reason: 'until: its moment' };
    run.observe({ is: 'change', change: { ...marked(run, change), until: momentText(until, run.pipeline.timezone) } });
    return;
  }
  run.postponed.add({ key, until, origin: origin.replace(WAITED, ''), line, source });
  if (run.postponed.unwritten >= A_COMMIT) await flushRejects(run);
}

/** Rows that are taken up again, as the source would give them; of one origin each. */
export interface TakenUp {
  origin: string;
  records: Fields[];
  lines: Uint32Array;
}

/** What is due and did not come again. A whole feed has what is still meant; who is not in it is withdrawn. */
export async function* takeUpDue(run: RunContext, source: OpenSource): AsyncIterable<TakenUp> {
  const { postponed, pipeline, request, world, env } = run;
  if (request.limit !== undefined || request.isCorrection) return;
  if (isFull(pipeline) && source.end().complete && !postponed.isUnsure) return postponed.withdraw();
  const due = postponed.due(env.now);
  postponed.takeUp(env.now);
  if (due.length === 0) return;
  note(run, `${counted(due.length, 'record')} that waited for a date ${due.length === 1 ? 'was' : 'were'} taken up.`);
  for (let at = 0; at < due.length; at += A_READ) {
    const records = await world.store.postponedRecords(due.slice(at, at + A_READ).map(({ id }) => id));
    yield* ofOneOrigin(records, pipeline.timezone);
  }
}

function* ofOneOrigin(records: readonly PostponedInput[], timezone: string): Generator<TakenUp> {
  const nameOf = ({ origin, until }: PostponedInput): string =>
    `${origin} (waited until ${momentText(until, timezone)})`;
  for (const origin of new Set(records.map(nameOf))) {
    const own = records.filter((record) => nameOf(record) === origin);
    yield { origin, records: own.map(({ source }) => source), lines: Uint32Array.from(own, ({ line }) => line) };
  }
}

/** Where no source has anything: what is due is all there is to read. */
export const onlyPostponed = (sentence: string): OpenSource => ({
  async *read() {},
  end: () => ({ complete: false, reason: sentence, contentHash: '' }),
  consumptions: () => [],
  settled: async () => {},
  close: async () => {},
});
