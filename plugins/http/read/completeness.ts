import { createHash } from 'node:crypto';
import { counted, type Fields, type HttpRequest, type ReadEnd } from '#sdk';

/** Watches a read and says at its end whether everything came, and came once (S6). */
export interface Completeness {
  /** A series of pages that ends by itself: of the whole read, of a span of time, of a parent. */
  series(): Series;
  /** A record came; `key` is its key as text, `at` its moment in UTC milliseconds where the read has any. */
  record(record: Fields, key: string | undefined, at?: number): Arrival;
  /** Something speaks against it; the first of its kind is told. */
  doubt(why: string): void;
  /** Records of one parent can't be had. */
  skipped(): void;
  /** Nothing more comes. */
  finish(): void;
  /** Ended, and nothing speaks against it. */
  isWhole(): boolean;
  end(): ReadEnd;
}

/**
 * `again`: the very same record of this key came before, in a read that may overlap with itself. `changed`: another one
 * did, with this moment: it changed while it was read, and pages may have slipped from there on.
 */
export type Arrival = { is: 'new' | 'again' } | { is: 'changed'; before: number | undefined };

export interface Series {
  /** False when this very request was made before, the pages go in a circle, or when one page came twice. */
  admits(request: Pick<HttpRequest, 'method' | 'url' | 'body'>): boolean;
  /** A page came. */
  page(records: readonly Fields[]): void;
  /** A page came as a stream: so many records, and a hash of them all. */
  streamed(page: { count: number; hash: string }): void;
  /** The total that a page promised; undefined where it names none. */
  total(total: unknown): void;
  /** Its last page came. */
  finish(): void;
}

export interface CompletenessOptions {
  /** Each series promises a total. */
  promisesTotal: boolean;
  /** Spans and look-backs overlap: a record that comes again means nothing. */
  mayOverlap?: boolean;
  /** Why this read can't be complete however it ends. */
  isPartOnly?(): string | undefined;
}

export function newCompleteness({ promisesTotal, mayOverlap = false, isPartOnly }: CompletenessOptions): Completeness {
  const content = createHash('sha256');
  // Numbers in arrays, as there may be a million of them.
  const keys = new Map<string, number>();
  const hashes: number[] = [];
  const moments: number[] = [];
  let repeated = 0;
  let skips = 0;
  let finished = false;
  let doubt: string | undefined;

  const fault = (): string | undefined => {
    if (doubt) return doubt;
    if (!finished) return 'the read was ended early';
    if (skips > 0) return `the records of ${skips} ${skips === 1 ? 'parent' : 'parents'} could not be read`;
    return undefined;
  };
  const reason = (): string | undefined =>
    fault() ?? (repeated > 0 ? `${counted(repeated, 'record')} came twice` : undefined) ?? isPartOnly?.();

  return {
    series: () => newSeries(promisesTotal, (why) => (doubt ??= why)),
    doubt: (why) => void (doubt ??= why),
    record(record, key, at) {
      const text = JSON.stringify(record);
      const known = key === undefined ? undefined : keys.get(key);
      const hash = key === undefined || !mayOverlap ? 0 : shortHash(text);
      if (known !== undefined && mayOverlap && hashes[known] === hash) return { is: 'again' };
      if (known !== undefined && !mayOverlap) repeated += 1;
      const before = known === undefined ? undefined : moments[known];
      if (key !== undefined) {
        const place = known ?? keys.size;
        keys.set(key, place);
        if (mayOverlap) [hashes[place], moments[place]] = [hash, at ?? NaN];
      }
      content.update(text).update('\n');
      if (known === undefined || !mayOverlap) return { is: 'new' };
      return { is: 'changed', before: Number.isNaN(before) ? undefined : before };
    },
    skipped: () => void (skips += 1),
    finish: () => void (finished = true),
    isWhole: () => fault() === undefined,
    end() {
      const why = reason();
      const contentHash = content.copy().digest('hex');
      return why === undefined ? { complete: true, contentHash } : { complete: false, reason: why, contentHash };
    },
  };
}

function newSeries(promisesTotal: boolean, tell: (doubt: string) => void): Series {
  const requests = new Set<string>();
  const pages = new Set<string>();
  let read = 0;
  let promised: number | undefined;
  let lacksTotal = false;
  let isDoubtful = false;
  const doubt = (why: string): void => {
    isDoubtful = true;
    tell(why);
  };
  const seen = ({ count, hash }: { count: number; hash: string }): void => {
    read += count;
    if (count === 0) return;
    if (pages.has(hash)) doubt('a page came twice');
    pages.add(hash);
  };
  return {
    admits({ method, url, body }) {
      const text = hashOf(`${method} ${url.href} ${typeof body === 'string' ? body : ''}`);
      const isNew = !requests.has(text);
      if (!isNew) doubt('the pages go in a circle');
      requests.add(text);
      return !isDoubtful;
    },
    page: (records) => seen({ count: records.length, hash: hashOf(JSON.stringify(records)) }),
    streamed: seen,
    total(total) {
      if (!promisesTotal) return;
      promised = total === undefined || total === '' ? undefined : Number(total);
      if (promised === undefined || Number.isNaN(promised)) lacksTotal = true;
    },
    finish() {
      if (lacksTotal) tell('an answer lacks the total that the connector promises');
      else if (promised !== undefined && promised !== read)
        tell(`${counted(read, 'record')} came, the API counts ${promised}`);
    },
  };
}

const hashOf = (text: string): string => createHash('sha1').update(text).digest('base64');

/** 48 bits as a number. */
const shortHash = (text: string): number => createHash('sha1').update(text).digest().readUIntBE(0, 6);
