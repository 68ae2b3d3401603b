import { operations } from '#sdk';
import type { Connector } from './document.ts';
import { templateOf, type RequestRule } from './schema/request.ts';
import { stepsOf } from './write/operation.ts';

/** Hosts that stand as constants in the requests of a document. */
export function namedHosts({ test, read, write, call }: Connector): string[] {
  const asking = [...Object.values(read ?? {}), ...Object.values(call ?? {})];
  const requests: RequestRule[] = [...asking, ...(test ? [test] : [])].map(({ request }) => request);
  for (const target of Object.values(write ?? {})) {
    const { find, begin, end } = target;
    for (const request of [find?.request, begin, end]) if (request) requests.push(request);
    for (const operation of operations) requests.push(...stepsOf(target[operation] ?? {}));
  }
  return requests.flatMap((request) => {
    const host = /^https?:\/\/([^/?#{}]+)(?=[/?#]|$)/i.exec(templateOf(request).template.text)?.[1];
    return host ? [host] : [];
  });
}
