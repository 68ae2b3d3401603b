import type { Connector } from './document.ts';
import { templateOf, type RequestRule } from './schema/request.ts';

/** Hosts that stand as constants in the requests of a document. */
export function namedHosts({ read, write, call }: Connector): string[] {
  const asking = [...Object.values(read ?? {}), ...Object.values(call ?? {})];
  const requests: RequestRule[] = asking.map(({ request }) => request);
  for (const target of Object.values(write ?? {})) {
    const { find, create, update, missing, returned, upsert } = target;
    for (const part of [find, create, update, missing, returned, upsert]) if (part) requests.push(part.request);
  }
  return requests.flatMap((request) => {
    const host = /^https?:\/\/([^/?#{}]+)(?=[/?#]|$)/i.exec(templateOf(request).template.text)?.[1];
    return host ? [host] : [];
  });
}
