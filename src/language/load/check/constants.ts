import { functionNames } from '../../../expression/index.ts';
import type { Path } from '../../compile/schema-walk.ts';
import type { ExpressionCheck } from './expressions.ts';

/** Warns of constants in a shape that look as if their `=` were forgotten. */
export function constantWarning(check: ExpressionCheck, value: unknown, path: Path): void {
  if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value))
      constantWarning(check, item, [...path, Array.isArray(value) ? Number(key) : key]);
    return;
  }
  if (typeof value !== 'string' || value.startsWith('=') || value.includes('{{')) return;
  const reason = suspicion(check, value);
  if (reason === undefined) return;
  const fix = `Write \`=${value}\` for the value, or \`='${value.replaceAll("'", "''")}'\` for the text itself.`;
  check.tell('CONSTANT_SUSPICIOUS', path, `"${value}" is a constant here, but ${reason}.`, fix, {
    severity: 'warning',
  });
}

function suspicion({ names }: ExpressionCheck, value: string): string | undefined {
  const fields = names.fields ?? names.likely;
  if (fields?.has(value)) return 'a field has this name';
  const called = /\$([A-Za-z_]\w*)\s*\(/.exec(value)?.[1];
  if (called !== undefined && functionNames.includes(called)) return 'it looks like an expression';
  const variable = /^\$([A-Za-z_]\w*)(\.|$)/.exec(value)?.[1];
  if (variable !== undefined && names.variables.has(variable)) return 'it looks like an expression';
  const [left, right] = value.split(/\s+(?:&|\?\?)\s+/);
  const isJoined =
    right !== undefined && [left, right].every((part) => fields?.has(part ?? '') || /^(['"]).*\1$/.test(part ?? ''));
  return isJoined ? 'it looks like an expression' : undefined;
}
