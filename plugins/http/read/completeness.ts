import { createHash } from 'node:crypto';
import type { Fields, HttpRequest, ReadEnd } from '#sdk';

/** Watches a read and says at its end whether everything came, and came once (S6). */
export interface Completeness {
  /** False when this very request was made before: the pages go in a circle. */
  admits(request: HttpRequest): boolean;
  /** A page came. */
  page(records: readonly Fields[]): void;
  /** A record came; `key` is its key as text. */
  record(record: Fields, key: string | undefined): void;
  /** The total that a page promised; undefined where it names none. */
  total(total: unknown): void;
  /** Nothing more comes. */
  finish(): void;
  end(): ReadEnd;
}

export function newCompleteness(promisesTotal: boolean): Completeness {
  const content = createHash('sha256');
  const requests = new Set<string>();
  const pages = new Set<string>();
  const keys = new Set<string>();
  let read = 0;
  let repeated = 0;
  let promised: number | undefined;
  let lacksTotal = false;
  let finished = false;
  let doubt: string | undefined;

  const reason = (): string | undefined => {
    if (doubt) return doubt;
    if (!finished) return 'the read was ended early';
    if (repeated > 0) return `${repeated} records came twice`;
    if (lacksTotal) return 'an answer lacks the total that the connector promises';
    if (promised !== undefined && promised !== read) return `${read} records came, the API counts ${promised}`;
    return undefined;
  };

  return {
    admits(request) {
      const text = hashOf(`${request.method} ${request.url.href} ${request.body ?? ''}`);
      if (requests.has(text)) doubt ??= 'the pages go in a circle';
      requests.add(text);
      return doubt === undefined;
    },
    page(records) {
      if (records.length === 0) return;
      const text = hashOf(JSON.stringify(records));
      if (pages.has(text)) doubt ??= 'a page came twice';
      pages.add(text);
    },
    record(record, key) {
      read += 1;
      content.update(JSON.stringify(record)).update('\n');
      if (key === undefined) return;
      if (keys.has(key)) repeated += 1;
      keys.add(key);
    },
    total(total) {
      if (!promisesTotal) return;
      promised = total === undefined || total === '' ? undefined : Number(total);
      if (promised === undefined || Number.isNaN(promised)) lacksTotal = true;
    },
    finish() {
      finished = true;
    },
    end() {
      const why = reason();
      const contentHash = content.copy().digest('hex');
      return why === undefined ? { complete: true, contentHash } : { complete: false, reason: why, contentHash };
    },
  };
}

const hashOf = (text: string): string => createHash('sha1').update(text).digest('base64');
