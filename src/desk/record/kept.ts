import type { Fields } from '../../model/record.ts';
import type { Kept } from './blank.ts';

/** Words whose expressions decide what happens next, not what a record holds. */
const deciding = new Set([
  'when',
  'after',
  'until',
  'total',
  'while',
  'ok',
  'retry',
  'gone',
  'expires',
  'remaining',
  'reset',
  'field',
]);

/**
 * What a recording leaves as it is: words that stand in the connector's document, and values of fields that it decides by,
 * such as a status or a total. `more` are names of fields that the integrator wants kept.
 */
export function keptOf(document: Fields, more: readonly string[]): Omit<Kept, 'origins'> {
  const words = new Set<string>();
  const names = new Set(more);
  const walk = (value: unknown, decides: boolean): void => {
    if (typeof value === 'object' && value !== null) {
      for (const [name, item] of Object.entries(value)) {
        if (!Array.isArray(value)) take(name, words);
        walk(item, decides || deciding.has(name));
      }
      return;
    }
    take(String(value), words);
    if (decides && typeof value === 'string') take(value.replaceAll(/'[^']*'|"[^"]*"/g, ''), names);
  };
  walk(document, false);
  const { hosts = [] } = (document.http ?? {}) as { hosts?: string[] };
  return {
    words,
    names,
    // A host that stands in the document is nobody's secret.
    hostPattern: (host) =>
      hosts.find((pattern) => pattern.startsWith('*.') && host.endsWith(pattern.slice(1))) ??
      (host !== '' && [...words].some((text) => text.includes(host)) ? host : undefined),
  };
}

function take(text: string, into: Set<string>): void {
  into.add(text);
  for (const pattern of [/[\p{L}\p{N}_]+/gu, /[\p{L}\p{N}_-]+/gu]) {
    for (const [word] of text.matchAll(pattern)) into.add(word);
  }
}
