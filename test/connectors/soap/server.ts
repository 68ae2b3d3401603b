import { SaxesParser } from 'saxes';
import { startHttpServer } from '../../../src/sandbox/http/start-http-server.ts';
import { bodyOf } from '../harness.ts';

const envelope = 'http://schemas.xmlsoap.org/soap/envelope/';
const security = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
const own = 'urn:acme:staff:v1';

interface Element {
  /** `{namespace}name`. */
  name: string;
  attributes: Record<string, string>;
  text: string;
  children: Element[];
}

export interface Employee {
  name: string;
  unit: string;
  active: boolean;
}

/**
 * A staff service in SOAP 1.1 (text/xml, a SOAPAction, faults with status 500) with a UsernameToken of WS-Security, after
 * their public descriptions. Reads what it is sent by names and namespaces, and refuses what it does not know.
 */
export async function startStaff(user: string, password: string) {
  const people = new Map<string, Employee>();
  const state = { ledger: [] as string[], requests: 0, busy: 0, faultFrom: '', lost: 0 };

  const answerTo = (action: string, text: string): string => {
    const root = parse(text);
    if (root.name !== `{${envelope}}Envelope`) throw new Fault('VersionMismatch', 'This is no SOAP 1.1');
    const token = descend(root, `{${envelope}}Header`, `{${security}}Security`, `{${security}}UsernameToken`);
    const isKnown =
      token &&
      descend(token, `{${security}}Username`)?.text === user &&
      descend(token, `{${security}}Password`)?.text === password;
    if (!isKnown) throw new Fault('Client', 'FailedAuthentication');
    if (state.busy-- > 0) throw new Fault('Server', 'Busy');
    const request = descend(root, `{${envelope}}Body`)?.children[0];
    if (!request || request.name !== `{${own}}${action}`)
      throw new Fault('Client', 'The body is not what SOAPAction says');
    if (action === 'GetEmployees') return page(descend(request, `{${own}}After`)?.text ?? '');
    if (action === 'SaveEmployees') return saved(request.children);
    if (action === 'CloseEmployee') return closed(request.attributes.Id ?? '');
    throw new Fault('Client', `There is no ${action}`);
  };
  const page = (after: string): string => {
    if (after !== '' && after === state.faultFrom) throw new Fault('Client', 'The register is being rebuilt');
    const ids = [...people.keys()].sort().filter((id) => id > after);
    const rows = ids.slice(0, PAGE).map((id) => {
      const { name, unit, active } = people.get(id) as Employee;
      return `<s:Employee Id="${escaped(id)}" Active="${active}"><s:Name>${escaped(name)}</s:Name><s:Unit>${escaped(unit)}</s:Unit></s:Employee>`;
    });
    return `<s:GetEmployeesResponse><s:Employees>${rows.join('')}</s:Employees></s:GetEmployeesResponse>`;
  };
  const saved = (employees: Element[]): string => {
    const results = employees.map((each) => {
      const id = each.attributes.Id ?? '';
      const name = descend(each, `{${own}}Name`)?.text ?? '';
      if (name === '-')
        return `<s:Result Id="${escaped(id)}" Status="Refused"><s:Message>A name is a name &amp; no dash</s:Message></s:Result>`;
      state.ledger.push(`${people.has(id) ? 'change' : 'add'} ${id}`);
      people.set(id, { name, unit: descend(each, `{${own}}Unit`)?.text ?? '', active: true });
      return `<s:Result Id="${escaped(id)}" Status="Saved"/>`;
    });
    return `<s:SaveEmployeesResponse><s:Results>${results.join('')}</s:Results></s:SaveEmployeesResponse>`;
  };
  const closed = (id: string): string => {
    const person = people.get(id);
    if (!person) throw new Fault('Client', 'Nobody has this number');
    state.ledger.push(`close ${id}`);
    person.active = false;
    return `<s:CloseEmployeeResponse/>`;
  };

  const server = await startHttpServer(async (request, response) => {
    state.requests++;
    const text = await bodyOf(request);
    const action = /^"urn:acme:staff:v1#(\w+)"$/.exec(String(request.headers.soapaction))?.[1] ?? '';
    const isXml = /^text\/xml\b/.test(request.headers['content-type'] ?? '');
    const reply = (status: number, body: string): void => {
      response.writeHead(status, { 'content-type': 'text/xml; charset=utf-8' });
      response.end(
        `<?xml version="1.0"?><e:Envelope xmlns:e="${envelope}" xmlns:s="${own}"><e:Body>${body}</e:Body></e:Envelope>`,
      );
    };
    try {
      if (!isXml || action === '') throw new Fault('Client', 'A request is text/xml with a SOAPAction');
      const body = answerTo(action, text);
      if (action === 'SaveEmployees' && state.lost-- > 0) return void request.socket.destroy();
      reply(200, body);
    } catch (error) {
      const { code, message } = error instanceof Fault ? error : new Fault('Client', 'This is no XML');
      reply(500, `<e:Fault><faultcode>e:${code}</faultcode><faultstring>${escaped(message)}</faultstring></e:Fault>`);
    }
  });
  return { ...server, people, state };
}
export type Staff = Awaited<ReturnType<typeof startStaff>>;

const PAGE = 2;

class Fault extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

const descend = (element: Element | undefined, ...names: string[]): Element | undefined =>
  names.reduce<Element | undefined>((at, name) => at?.children.find((child) => child.name === name), element);

/** Throws where it is not well formed. */
function parse(text: string): Element {
  const top: Element = { name: '', attributes: {}, text: '', children: [] };
  const open = [top];
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ uri, local, attributes }) => {
    const values = Object.entries(attributes).map(([name, attribute]) => [name, attribute.value]);
    const element: Element = {
      name: `{${uri}}${local}`,
      attributes: Object.fromEntries(values) as Record<string, string>,
      text: '',
      children: [],
    };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on('text', (more) => {
    const element = open.at(-1);
    if (element) element.text += more;
  });
  parser.on('closetag', () => void open.pop());
  parser.write(text).close();
  return top.children[0] ?? top;
}
