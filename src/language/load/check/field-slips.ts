import type { Path } from '../../compile/schema-walk.ts';
import type { Spot, Tell } from './context.ts';
import { slipOf } from './near.ts';
import type { Names } from './names.ts';

/**
 * A field that may well be a column nobody declared, but looks like a slip: it would be absent in every record and fail
 * nothing. Only where the file's cells are fields of their own.
 */
export function warnOfField({ tell, names }: { tell: Tell; names: Names }, name: string, path: Path, spot: Spot): void {
  const { likely, readAs, types } = names;
  if (types?.rest !== 'column' || !likely || likely.has(name)) return;
  const warn = (message: string, fix: string): void =>
    tell('FIELD_SUSPICIOUS', path, message, fix, { ...spot, severity: 'warning' });
  const field = readAs?.get(name);
  if (field !== undefined) {
    warn(`The column "${name}" is read as "${field}" by record.fields.`, `Write \`${field}\`.`);
    return;
  }
  const near = slipOf(name, [...likely]);
  if (near === undefined) return;
  const fix = `Write \`${near}\`; if there is a column of this name, say so under record.fields: \`${name}: {}\`.`;
  warn(`record.fields names no "${name}"; did you mean "${near}"?`, fix);
}
