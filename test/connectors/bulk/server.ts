import { startHttpServer } from '../../../src/sandbox/http/start-http-server.ts';
import { bodyOf } from '../harness.ts';

interface Job {
  id: string;
  state: string;
  rows: Record<string, string>[];
  good: Record<string, string>[];
  bad: Record<string, string>[];
  polls: number;
}

/** Plain cells are all that these tests send. */
const rowsOf = (csv: string): Record<string, string>[] => {
  const [head = '', ...lines] = csv.trim().split('\n');
  const columns = head.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, index) => [columns[index] ?? '', cell])));
};
const csvOf = (columns: string[], rows: Record<string, string>[]): string =>
  [columns, ...rows.map((row) => columns.map((name) => row[name] ?? ''))].map((row) => row.join(',')).join('\n') + '\n';

/** Jobs after the public description of Salesforce's Bulk API 2.0: upload, complete, ask, fetch two files. */
export async function startBulk() {
  const contacts = new Map<string, Record<string, string>>();
  const bulk = {
    contacts,
    jobs: new Map<string, Job>(),
    ledger: [] as string[],
    requests: [] as string[],
    /** Rows of these numbers are left unprocessed, once. */
    unprocessed: new Set<string>(),
    fails: false,
    /** The answer to such a request is lost, once. */
    lose: undefined as string | undefined,
    /** Told of each request when it was done and before it is answered. */
    onRequest: undefined as ((name: string) => unknown) | undefined,
    nextId: 1,
  };

  const process = (job: Job): void => {
    for (const row of job.rows) {
      const number = row.Number__c ?? '';
      if (bulk.unprocessed.delete(number)) continue;
      if (row.LastName === '-') {
        job.bad.push({ ...row, sf__Error: 'REQUIRED_FIELD_MISSING:LastName' });
        continue;
      }
      const known = contacts.get(number);
      const cells = Object.entries(row).filter(([, cell]) => cell !== '');
      const values = cells.map(([name, cell]) => [name, cell === '#N/A' ? '' : cell] as const);
      const id = known?.sf__Id ?? `003${bulk.nextId++}`;
      contacts.set(number, { ...known, ...Object.fromEntries(values), sf__Id: id });
      bulk.ledger.push(`${known ? 'update' : 'create'} ${number}`);
      job.good.push({ ...row, sf__Id: id, sf__Created: String(!known) });
    }
    job.state = 'JobComplete';
  };

  type Given = { status: number; json?: unknown; csv?: string };
  const answer = (method: string, path: string, body: string): Given => {
    if (method === 'POST') {
      const id = `750${bulk.jobs.size + 1}`;
      bulk.jobs.set(id, { id, state: 'Open', rows: [], good: [], bad: [], polls: 0 });
      return { status: 200, json: { id, state: 'Open' } };
    }
    const [, id = '', part] = /\/ingest\/(\w+)(?:\/(\w+))?$/.exec(path) ?? [];
    const job = bulk.jobs.get(id);
    if (!job) return { status: 404, json: [{ errorCode: 'NOT_FOUND', message: 'no such job' }] };
    if (method === 'PUT') {
      job.rows = rowsOf(body);
      return { status: 201 };
    }
    if (method === 'PATCH') {
      job.state = 'InProgress';
      return { status: 200, json: { id, state: job.state } };
    }
    const columns = Object.keys(job.rows[0] ?? {});
    if (part === 'successfulResults')
      return { status: 200, csv: csvOf(['sf__Id', 'sf__Created', ...columns], job.good) };
    if (part === 'failedResults') return { status: 200, csv: csvOf(['sf__Id', 'sf__Error', ...columns], job.bad) };
    job.polls += 1;
    if (bulk.fails) return { status: 200, json: { id, state: 'Failed', errorMessage: 'InvalidBatch' } };
    if (job.polls === 3) process(job);
    return { status: 200, json: { id, state: job.state } };
  };

  const server = await startHttpServer(async (request, response) => {
    const body = await bodyOf(request);
    const path = request.url ?? '';
    const name = `${request.method} ${path.replace(/^.*\/ingest/, '').replace(/\/750\d+/, '/ID')}`;
    bulk.requests.push(name);
    const { status, json, csv } = answer(request.method ?? '', path, body);
    bulk.onRequest?.(name);
    if (bulk.lose === name) {
      bulk.lose = undefined;
      return void request.socket.destroy();
    }
    response.writeHead(status, { 'content-type': csv === undefined ? 'application/json' : 'text/csv; charset=utf-8' });
    response.end(csv ?? (json === undefined ? undefined : JSON.stringify(json)));
  });
  return Object.assign(bulk, { url: server.url, close: server.close });
}

export type Bulk = Awaited<ReturnType<typeof startBulk>>;
