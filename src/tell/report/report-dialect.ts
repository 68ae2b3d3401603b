import type { Dialect, Fields } from '../../model/record.ts';

/** Options that say the same in other words: the one that is written turns the received one out. */
const rivals: readonly (readonly [written: string, received: string])[] = [
  ['lineEnding', 'recordEnd'],
  ['recordEnd', 'lineEnding'],
  ['encoding', 'bom'],
];

/** Options of the report's format: as the feed was received, where it is of the same format, and as written over that. */
export function reportOptions(kind: string, dialect: Dialect | undefined, written: Fields): Fields {
  const received: Fields = dialect?.format === kind ? { ...dialect.options } : {};
  for (const [own, other] of rivals)
    if (written[own] !== undefined && written[own] !== received[own]) delete received[other];
  // Tables have headers of their own, whatever the feed had.
  return { ...received, ...written, ...(kind === 'csv' || kind === 'xlsx' ? { header: true } : {}) };
}
