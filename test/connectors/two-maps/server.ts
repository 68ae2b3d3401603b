import { startHttpServer } from '../../../src/sandbox/http/start-http-server.ts';
import { bodyOf } from '../harness.ts';

interface Command {
  method: string;
  params: { id?: number | string; fields: Record<string, unknown> };
}
interface Fault {
  error: string;
  error_description: string;
  id?: number;
}

/** PHP writes a map whose names are 0, 1, 2 … as a list, and one without entries as well. */
function asPhp(map: Record<string, unknown>): unknown {
  const isList = Object.keys(map).every((name, index) => name === String(index));
  return isList ? Object.values(map) : map;
}

/** A CRM after the public description of Bitrix24's `batch`: up to 50 commands, each fate by the command's number. */
export async function startCrm(key: string) {
  const contacts = new Map<number, Record<string, unknown>>();
  const crm = {
    contacts,
    ledger: [] as string[],
    /** Bytes of each batch, and how many commands it had. */
    batches: [] as { bytes: number; commands: number }[],
    /** So many commands are put off before the next is done. */
    busy: 0,
    loseAnswer: false,
    nextId: 15,
  };

  const perform = ({ method, params: { id, fields } }: Command): number | true | Fault => {
    if (crm.busy > 0) {
      crm.busy -= 1;
      return { error: 'QUERY_LIMIT_EXCEEDED', error_description: 'Too many requests' };
    }
    if (fields.LAST_NAME === '-') return { error: 'ERROR_CORE', error_description: 'A last name is a name' };
    if (method === 'crm.contact.add') {
      const same = [...contacts].find(([, contact]) => contact.EMAIL === fields.EMAIL);
      if (same) return { error: 'DUPLICATE', error_description: 'The address is taken', id: same[0] };
      contacts.set(crm.nextId, fields);
      crm.ledger.push(`add ${String(fields.XML_ID)}`);
      return crm.nextId++;
    }
    const contact = contacts.get(Number(id));
    if (!contact) return { error: 'NOT_FOUND', error_description: 'Not found' };
    contacts.set(Number(id), { ...contact, ...fields });
    crm.ledger.push(`update ${String(contact.XML_ID)} ${Object.keys(fields).join(',')}`);
    return true;
  };

  const answer = (path: string, text: string): unknown => {
    const body = JSON.parse(text) as { cmd: Command[]; filter: { XML_ID: string[] } };
    if (path === '/crm.contact.list') {
      const found = [...contacts].filter(([, { XML_ID }]) => body.filter.XML_ID.includes(String(XML_ID)));
      return { result: found.map(([ID, { XML_ID }]) => ({ ID: String(ID), XML_ID })), total: found.length };
    }
    crm.batches.push({ bytes: Buffer.byteLength(text), commands: body.cmd.length });
    const result: Record<string, unknown> = {};
    const errors: Record<string, unknown> = {};
    for (const [index, command] of body.cmd.entries()) {
      const done = perform(command);
      (typeof done === 'object' ? errors : result)[String(index)] = done;
    }
    return { result: { result: asPhp(result), result_error: asPhp(errors) }, time: { duration: 0.1 } };
  };

  const server = await startHttpServer(async (request, response) => {
    const text = await bodyOf(request);
    const isKnown = request.headers['x-key'] === key;
    const body = isKnown ? answer(request.url ?? '', text) : { error: 'NO_AUTH', error_description: 'Who are you?' };
    if (crm.loseAnswer && request.url === '/batch') {
      crm.loseAnswer = false;
      return void request.socket.destroy();
    }
    response.writeHead(isKnown ? 200 : 401, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  return Object.assign(crm, { url: server.url, close: server.close });
}

export type Crm = Awaited<ReturnType<typeof startCrm>>;
