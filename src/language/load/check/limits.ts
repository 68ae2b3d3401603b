import { isMap } from '../load-workspace.ts';
import type { DocumentCheck } from './context.ts';
import { hint, writeInstead } from './near.ts';

/** `only` of a limit names reads, targets and operations that the document has. */
export function checkLimits({ document: { value }, isDoubtful, tell }: DocumentCheck): void {
  if (['read', 'write', 'call'].some((part) => isDoubtful([part]))) return;
  const known = [value.read, value.write, value.call].filter(isMap).flatMap(Object.keys);
  const limits: unknown[] = isMap(value.http) && Array.isArray(value.http.limit) ? value.http.limit : [];
  limits.forEach((limit, index) => {
    const only: unknown[] = isMap(limit) && Array.isArray(limit.only) ? limit.only : [];
    only.forEach((name, place) => {
      if (typeof name !== 'string' || known.includes(name)) return;
      const message = `unknown read, target or operation "${name}"${hint(name, known)}`;
      tell('LIMIT_OF_UNKNOWN', ['http', 'limit', index, 'only', place], message, writeInstead(name, known));
    });
  });
}
