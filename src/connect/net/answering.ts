import type { Network } from './http-client.ts';

/** A request as it would have left. Names of headers in lower case. */
export interface MadeRequest {
  method: string;
  url: URL;
  headers: Record<string, string>;
  /** A streamed body is empty here. */
  body: string;
}

/** What is answered to it. */
export interface GivenAnswer {
  status: number;
  headers: Record<string, string | string[]>;
  body: string;
}

/** Answers every request by itself: nothing is connected to, and everything above it works as in a run. */
export async function openAnswering(
  answerTo: (made: MadeRequest) => GivenAnswer,
): Promise<{ network: Network; close(): Promise<void> }> {
  const { MockAgent } = await import('undici');
  const agent = new MockAgent();
  agent.disableNetConnect();
  agent
    .get(() => true)
    .intercept({ path: () => true, method: () => true })
    .reply(({ origin, path, method, headers, body }) => {
      const made = { method, url: new URL(path, String(origin)), headers: lowerCase(headers), body: textOf(body) };
      const answer = answerTo(made);
      return { statusCode: answer.status, data: answer.body, responseOptions: { headers: answer.headers } };
    })
    .persist();
  return { network: { dispatcher: agent }, close: () => agent.close() };
}

const lowerCase = (headers: unknown): Record<string, string> =>
  Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]));

const textOf = (body: unknown): string =>
  typeof body === 'string' ? body : body instanceof Uint8Array ? Buffer.from(body).toString('utf8') : '';
