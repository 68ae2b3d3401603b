import type { ReportUse } from '../../language/compile/pipeline.ts';
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

/** What the document says of the format wins over how the feed was written. */
export function writtenFormatOptions({ written }: Pick<ReportUse, 'written'>, kind: string): Fields {
  const format = isMap(written) ? written.format : undefined;
  const options = isMap(format) ? format[kind] : undefined;
  return isMap(options) ? options : {};
}

const isMap = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
