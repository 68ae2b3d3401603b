import type { SaxesTagNS } from 'saxes';
import { nameOf } from './names.ts';
import type { XmlDialect } from './options.ts';

/** Knows where in the document the parser is, outside of records. */
export interface RecordFinder {
  /** Does a record begin with this element? */
  open(tag: SaxesTagNS): boolean;
  close(): void;
  /** Elements that are open. */
  depth(): number;
  /** Why there is no record; `isFault` where the path does not exist in the document. */
  whyNone(): { reason: string; isFault: boolean };
}

const mostNames = 5;

/** Follows the path from the root on. */
export function newRecordFinder({ path, prefixes }: Pick<XmlDialect, 'path' | 'prefixes'>): RecordFinder {
  let depth = 0;
  // How many of the open elements, from the root on, are on the path.
  let matched = 0;
  let reached = 0;
  let beside = new Set<string>();
  return {
    open(tag) {
      const name = nameOf(tag, prefixes);
      const isNext = matched === depth && (path[matched] === name || path[matched] === '*');
      if (depth === reached && matched === depth && !isNext && beside.size < mostNames) beside.add(name);
      depth += 1;
      if (!isNext) return false;
      matched += 1;
      if (matched > reached) {
        reached = matched;
        beside = new Set();
      }
      return matched === path.length;
    },
    close() {
      depth -= 1;
      matched = Math.min(matched, depth);
    },
    depth: () => depth,
    whyNone() {
      const missing = `/${path.slice(0, reached + 1).join('/')}`;
      const place = reached === 0 ? 'the root is' : `/${path.slice(0, reached).join('/')} holds`;
      const found = beside.size > 0 ? `; ${place} ${[...beside].join(', ')}` : '';
      return {
        reason: `The document has no element ${missing}${found}`,
        isFault: reached < Math.max(1, path.length - 1),
      };
    },
  };
}
