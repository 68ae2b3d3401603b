import type { IncomingMessage } from 'node:http';
import { startHttpServer } from '../../../src/sandbox/http/start-http-server.ts';
import { bodyOf } from '../harness.ts';

type Fields = Record<string, unknown>;

/** What was done, in order: `add 15 a`, `update 15 NAME`, `list`, `login`. */
export interface Portal {
  /** Host and port. */
  host: string;
  url: string;
  contacts: Map<number, Fields>;
  ledger: string[];
  /** How many commands each batch had. */
  batches: number[];
  /** The tokens that are good now. */
  accessToken: string;
  refreshToken: string;
  /** Commands that are put off before the next is done. */
  busy: number;
  /** The next batch is done, and its answer is lost. */
  loseAnswer: boolean;
  /** The form of an event, as a portal posts it. */
  event(name: string, id: number, ts: number, applicationToken: string): string;
  close(): Promise<void>;
}

const clientId = 'local.5f1e';
const clientSecret = 'client-secret-1';
/** What the other side knows at first. */
export const application = { clientId, clientSecret, refreshToken: 'refresh-0' };

const pageSize = 50;

/**
 * A portal after the public description of Bitrix24's REST: tokens at `/oauth/token/`, of which the refresh token is good
 * once; methods below the `client_endpoint` that the login names, `batch` of up to 50 commands with fates in two maps, and
 * lists by pages of 50.
 */
export async function startPortal(): Promise<Portal> {
  const contacts = new Map<number, Fields>();
  let nextId = 15;
  let logins = 0;

  const login = (form: URLSearchParams): [number, Fields] => {
    const isKnown = form.get('client_id') === clientId && form.get('client_secret') === clientSecret;
    const isGranted = form.get('grant_type') === 'refresh_token' && form.get('refresh_token') === portal.refreshToken;
    if (!isKnown || !isGranted) return [400, { error: 'invalid_grant', error_description: 'The token was used' }];
    logins += 1;
    portal.accessToken = `access-${logins}`;
    portal.refreshToken = `refresh-${logins}`;
    portal.ledger.push('login');
    return [
      200,
      {
        access_token: portal.accessToken,
        refresh_token: portal.refreshToken,
        expires_in: 3600,
        client_endpoint: `${portal.url}/rest/`,
        server_endpoint: `${portal.url}/rest/`,
        member_id: 'a223c6b3710f85df22e9377d6c4f7553',
        status: 'L',
      },
    ];
  };

  /** One command: its result, or a map with `error`. */
  const perform = (method: string, given: Fields): unknown => {
    const fields = (given.fields ?? {}) as Fields;
    if (fields.LAST_NAME === '-') return { error: 'ERROR_CORE', error_description: 'A last name is a name' };
    if (method === 'profile') return { ID: '1', NAME: 'Integrator' };
    if (method === 'crm.contact.add') {
      const id = nextId++;
      contacts.set(id, { ...fields, DATE_MODIFY: stamp() });
      portal.ledger.push(`add ${id} ${String(fields.XML_ID)}`);
      return id;
    }
    const id = Number(given.id);
    const found = contacts.get(id);
    if (method === 'crm.contact.list') return list((given.filter ?? {}) as Fields);
    if (!found) return { error: '', error_description: 'Not found' };
    if (method === 'crm.contact.get') return { ID: String(id), ...found };
    if (method !== 'crm.contact.update')
      return { error: 'ERROR_METHOD_NOT_FOUND', error_description: 'Method not found!' };
    contacts.set(id, { ...found, ...fields, DATE_MODIFY: stamp() });
    portal.ledger.push(`update ${id} ${Object.keys(fields).join(',')}`);
    return true;
  };

  const list = (filter: Fields): Fields[] => {
    portal.ledger.push(`list ${JSON.stringify(filter)}`);
    const all = [...contacts]
      .toSorted(([a], [b]) => a - b)
      .map(([id, contact]) => ({ ID: String(id), ...contact }) as Fields);
    const found = all.filter(
      (contact) =>
        Number(contact.ID) > Number(filter['>ID'] ?? 0) &&
        Date.parse(String(contact.DATE_MODIFY)) >= Date.parse(String(filter['>=DATE_MODIFY'] ?? '1970-01-01')) &&
        (filter.XML_ID === undefined || contact.XML_ID === filter.XML_ID),
    );
    return found.slice(0, pageSize);
  };

  const batch = (commands: readonly string[]): Fields => {
    const result: Fields = {};
    const errors: Fields = {};
    portal.batches.push(commands.length);
    commands.forEach((command, index) => {
      const [method = '', query = ''] = command.split(/\?(.*)/s);
      const isBusy = portal.busy > 0 && portal.busy-- > 0;
      const done = isBusy
        ? { error: 'QUERY_LIMIT_EXCEEDED', error_description: 'Too many requests' }
        : perform(method, nested(new URLSearchParams(query)));
      (isFault(done) ? errors : result)[String(index)] = done;
    });
    return { result: asPhp(result), result_error: asPhp(errors), result_total: [], result_next: [] };
  };

  const rest = (method: string, auth: string | null, text: string): [number, Fields] => {
    if (auth !== portal.accessToken)
      return [401, { error: 'expired_token', error_description: 'The access token provided has expired.' }];
    const given = (text === '' ? {} : JSON.parse(text)) as Fields;
    const done = method === 'batch' ? batch(given.cmd as string[]) : perform(method, given);
    return isFault(done) ? [400, done] : [200, { result: done, time: { duration: 0.1 } }];
  };

  const server = await startHttpServer(async (request: IncomingMessage, response) => {
    const text = await bodyOf(request);
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://portal');
    const [status, body] =
      pathname === '/oauth/token/'
        ? login(new URLSearchParams(text))
        : rest(pathname.replace('/rest/', ''), searchParams.get('auth'), text);
    if (portal.loseAnswer && pathname === '/rest/batch' && status === 200) {
      portal.loseAnswer = false;
      return void request.socket.destroy();
    }
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
  });
  const portal: Portal = {
    host: `127.0.0.1:${server.port}`,
    url: server.url,
    contacts,
    ledger: [],
    batches: [],
    accessToken: '',
    refreshToken: application.refreshToken,
    busy: 0,
    loseAnswer: false,
    event: (name, id, ts, applicationToken) =>
      new URLSearchParams([
        ['event', name],
        ['event_handler_id', '7'],
        ['data[FIELDS][ID]', String(id)],
        ['ts', String(ts)],
        ['auth[domain]', 'acme.bitrix24.example'],
        ['auth[client_endpoint]', `${server.url}/rest/`],
        ['auth[member_id]', 'a223c6b3710f85df22e9377d6c4f7553'],
        ['auth[access_token]', portal.accessToken],
        ['auth[application_token]', applicationToken],
      ]).toString(),
    close: server.close,
  };
  return portal;
}

/** Moments as the portal writes them. */
const stamp = (): string => new Date().toISOString().replace(/\.\d+Z$/, '+00:00');

const isFault = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, 'error');

/** PHP writes a map whose names are 0, 1, 2 … as a list, and one without entries as well. */
function asPhp(map: Fields): unknown {
  const isList = Object.keys(map).every((name, index) => name === String(index));
  return isList ? Object.values(map) : map;
}

/** `fields[EMAIL][0][VALUE]=…` as PHP reads it. */
function nested(query: URLSearchParams): Fields {
  const root: Fields = {};
  for (const [name, value] of query) {
    const path = name.replaceAll(']', '').split('[');
    let at = root;
    for (const part of path.slice(0, -1)) at = (at[part] ??= {}) as Fields;
    at[path.at(-1) as string] = value;
  }
  return root;
}
