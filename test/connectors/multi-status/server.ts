import { startHttpServer } from '../../../src/sandbox/http/start-http-server.ts';
import { bodyOf } from '../harness.ts';

interface Input {
  objectWriteTraceId: string;
  id: string;
  properties: Record<string, unknown>;
}

/** Contacts after the public description of HubSpot's batch endpoints: 200 where all is well, else 207 with two lists. */
export async function startHub() {
  const contacts = new Map<string, { id: string; properties: Record<string, unknown> }>();
  const hub = {
    contacts,
    ledger: [] as string[],
    requests: [] as string[],
    /** Inputs of these numbers are answered in neither list, once. */
    silent: new Set<string>(),
    loseAnswer: false,
    rateLimited: 0,
    nextId: 1001,
  };

  const upsert = ({ inputs }: { inputs: Input[] }): { status: number; body: unknown } => {
    const results: unknown[] = [];
    const errors: unknown[] = [];
    // The order of the answer is its own.
    for (const { objectWriteTraceId, id: number, properties } of inputs.toReversed()) {
      if (hub.silent.delete(number)) continue;
      if (properties.email !== undefined && !String(properties.email).includes('@')) {
        const message = `Property values were not valid: ${String(properties.email)} is no address`;
        const context = { objectWriteTraceId: [objectWriteTraceId] };
        errors.push({ status: 'error', category: 'VALIDATION_ERROR', message, context });
        continue;
      }
      const known = contacts.get(number);
      const contact = { id: known?.id ?? String(hub.nextId++), properties: { ...known?.properties, ...properties } };
      contacts.set(number, contact);
      hub.ledger.push(`${known ? 'update' : 'create'} ${number} ${Object.keys(properties).join(',')}`);
      results.push({ ...contact, objectWriteTraceId, new: !known });
    }
    if (errors.length === 0) return { status: 200, body: { status: 'COMPLETE', results } };
    return { status: 207, body: { status: 'COMPLETE', results, numErrors: errors.length, errors } };
  };

  const server = await startHttpServer(async (request, response) => {
    const text = await bodyOf(request);
    hub.requests.push(`${request.method} ${request.url}`);
    let given: { status: number; body?: unknown };
    if (hub.rateLimited > 0) {
      hub.rateLimited -= 1;
      given = { status: 400, body: { status: 'error', category: 'RATE_LIMITS', message: 'Slow down' } };
    } else if (request.method === 'DELETE') {
      const [number] = [...contacts].find(([, { id }]) => request.url?.endsWith(`/${id}`)) ?? [];
      if (number !== undefined) contacts.delete(number);
      hub.ledger.push(`delete ${number}`);
      given = { status: 204 };
    } else given = upsert(JSON.parse(text) as { inputs: Input[] });
    if (hub.loseAnswer) {
      hub.loseAnswer = false;
      return void request.socket.destroy();
    }
    response.writeHead(given.status, { 'content-type': 'application/json' });
    response.end(given.body === undefined ? undefined : JSON.stringify(given.body));
  });
  return Object.assign(hub, { url: server.url, close: server.close });
}

export type Hub = Awaited<ReturnType<typeof startHub>>;
