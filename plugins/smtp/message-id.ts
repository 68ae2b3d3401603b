import { createHash } from 'node:crypto';
import type { WriteItem } from '#sdk';

/**
 * The same mail has the same Message-ID, after a kill and in another run: made of pipeline, key, operation and the whole
 * record. Mail servers and people recognise a repeat by it (S1).
 */
export function messageIdOf(pipeline: string, { key, operation, record }: WriteItem, from: string): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([pipeline, key, operation, ordered(record)]))
    .digest('hex');
  const domain = /@([A-Za-z0-9.-]+)/.exec(from)?.[1] ?? 'portolan.invalid';
  return `<${hash.slice(0, 40)}@${domain}>`;
}

/** The order of keys means nothing. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, item]) => [name, ordered(item)]);
}
