import type { OperationRule } from '../../connect/sdk/index.ts';
import type { WriteItem } from '../../model/record.ts';

/**
 * Divides items into those that may share a request: by the operation's size, by the field that they must share, and by
 * what one body holds, in order.
 */
export async function inRequests<T>(
  rule: OperationRule | undefined,
  all: readonly T[],
  itemOf: (one: T) => WriteItem,
): Promise<T[][]> {
  const size = rule?.size ?? 500;
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const name = rule?.by ? rule.by(itemOf(one)) : '';
    const group = groups.get(name);
    if (group) group.push(one);
    else groups.set(name, [one]);
  }
  const requests: T[][] = [];
  for (const group of groups.values()) {
    for (let at = 0; at < group.length; at += size) {
      const some = group.slice(at, at + size);
      requests.push(...(rule?.divide && some.length > 1 ? cut(some, await rule.divide(some.map(itemOf))) : [some]));
    }
  }
  return requests;
}

function cut<T>(some: T[], sizes: number[]): T[][] {
  let at = 0;
  return sizes.map((size) => some.slice(at, (at += size)));
}
