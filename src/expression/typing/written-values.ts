/** The number that a text spells, as JSONata would write it: `1 234,5` is 1234.5. Undefined for any other text. */
export function numberOfText(text: string): number | undefined {
  const plain = text
    .trim()
    .replaceAll(/[\s\u00a0]/g, '')
    .replace(',', '.');
  return /^-?\d+(\.\d+)?$/.test(plain) ? Number(plain) : undefined;
}

/** `01.02.2026` as `2026-02-01`; undefined for a text that is no date of that form. */
export function isoOfText(text: string): string | undefined {
  const [, day, month, year] = /^\s*(\d{1,2})\.(\d{1,2})\.(\d{4})\s*$/.exec(text) ?? [];
  if (day === undefined || month === undefined || Number(month) > 12 || Number(day) > 31) return undefined;
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
}
