import { openAnswering, type GivenAnswer, type MadeRequest, type Network } from '../../connect/net/index.ts';
import { requestDifferences, type Exchange } from './exchanges.ts';

/** Answers requests out of exchanges; no connection is ever opened. */
export interface Replay {
  network: Network;
  /** Requests that nothing fits, and exchanges that nobody asked for, one line each. */
  differences(): string[];
  close(): Promise<void>;
}

/** What a request gets that nothing fits: nobody tries again after it. */
const refused: GivenAnswer = { status: 400, headers: {}, body: 'no exchange of this check fits' };

/** Each exchange is used once. Several requests may be under way, so they need not come in the order of the exchanges. */
export async function replay(exchanges: readonly Exchange[]): Promise<Replay> {
  const left = new Map(exchanges.map((exchange, index) => [index + 1, exchange]));
  const misfits: string[] = [];
  const { network, close } = await openAnswering((made) => {
    const fits = [...left].find(([, exchange]) => requestDifferences(exchange, made).length === 0);
    if (!fits) {
      misfits.push(misfit(made, left));
      return refused;
    }
    left.delete(fits[0]);
    return given(fits[1].answer);
  });
  return {
    network,
    close,
    differences: () => [
      ...misfits,
      ...[...left].map(
        ([number, { request }]) => `exchange ${number}: ${request.method} ${request.url} was not asked for`,
      ),
    ],
  };
}

/** An answer as it is written. */
export function given({ status = 200, headers = {}, json, body = '' }: Exchange['answer']): GivenAnswer {
  if (json === undefined) return { status, headers, body };
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(json) };
}

/** What the request differs in from the first exchange that is left for its address, or that there is none. */
function misfit(made: MadeRequest, left: ReadonlyMap<number, Exchange>): string {
  const { method, url } = made;
  const near = [...left].find(([, { request }]) => new URL(request.url).pathname === url.pathname);
  const told = `request ${method} ${url.href}`;
  if (!near) return `${told}: no exchange is left for it`;
  return `${told}: not as in exchange ${near[0]}: ${requestDifferences(near[1], made).join('; ')}`;
}
