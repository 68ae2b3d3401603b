import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

type Cells = Record<string, string>;

/** One ingest job, as its owner would see it. */
export interface BulkJob {
  id: string;
  state: 'Open' | 'UploadComplete' | 'InProgress' | 'JobComplete' | 'Failed' | 'Aborted';
  externalIdFieldName: string;
  rows?: Cells[];
  good: Cells[];
  bad: Cells[];
  unprocessed: Cells[];
  errorMessage?: string;
}

/** A server of ingest jobs; what it really did stands in `ledger`. */
export interface BulkJobs {
  readonly url: string;
  readonly jobs: Map<string, BulkJob>;
  readonly records: Map<string, Cells>;
  /** `create KEY` or `update KEY`, each time that a row was ingested. */
  readonly ledger: string[];
  /** `METHOD path`, the id of a job as ID. */
  readonly requests: string[];
  /** Uploaded jobs are worked on as soon as they are asked for; without it only when `work()` is called. */
  isIdle: boolean;
  /** Jobs come to nothing, with this message, having ingested so many rows. */
  failure?: { message: string; after: number } | undefined;
  /** Done when a request was done and before it is answered; `lose` takes the answer away. */
  onRequest?: ((name: string) => 'lose' | void) | undefined;
  /** Works on every job that is uploaded. */
  work(): void;
  close(): Promise<void>;
}

/**
 * Ingest jobs after the public description of Salesforce's Bulk API 2.0: a job is opened, takes one upload of CSV, is
 * closed, is worked on in its own time, and tells the fate of each row in files. A second upload, and a change of state
 * that can't be made, are refused, as there.
 */
export async function startBulkJobs(): Promise<BulkJobs> {
  const token = 'bulk-token';
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const path = (request.url ?? '').replace(/^\/services\/data\/v\d+\.\d/, '');
      const name = `${request.method} ${path.replace(/\/750\w+/, '/ID')}`;
      bulk.requests.push(name);
      const isLogin = path === '/services/oauth2/token';
      const isKnown = request.headers.authorization === `Bearer ${token}`;
      const told = isLogin ? login(body) : isKnown ? answer(request.method ?? '', path, body) : unauthorized;
      if (bulk.onRequest?.(name) === 'lose') return void request.socket.destroy();
      response.writeHead(told.status, { 'content-type': told.csv === undefined ? 'application/json' : 'text/csv' });
      response.end(told.csv ?? (told.json === undefined ? undefined : JSON.stringify(told.json)));
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const bulk: BulkJobs = {
    url,
    jobs: new Map(),
    records: new Map(),
    ledger: [],
    requests: [],
    isIdle: false,
    work: () => {
      for (const job of bulk.jobs.values()) if (job.state === 'UploadComplete') ingest(bulk, job);
    },
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };

  const login = (body: string): Told => {
    const form = new URLSearchParams(body);
    const isGiven = form.get('grant_type') === 'client_credentials' && form.get('client_secret') === 'shh';
    return isGiven
      ? { status: 200, json: { access_token: token, instance_url: url, token_type: 'Bearer' } }
      : { status: 400, json: { error: 'invalid_client', error_description: 'invalid client credentials' } };
  };

  const answer = (method: string, path: string, body: string): Told => {
    if (method === 'POST' && path === '/jobs/ingest') return open(bulk, JSON.parse(body) as Cells);
    const [, id = '', part] = /^\/jobs\/ingest\/(\w+)(?:\/(\w+))?$/.exec(path) ?? [];
    const job = bulk.jobs.get(id);
    if (!job) return refused(404, 'NOT_FOUND', 'The requested resource does not exist');
    if (method === 'PUT' && part === 'batches') return upload(job, body);
    if (method === 'PATCH') return move(job, (JSON.parse(body) as BulkJob).state);
    if (part === undefined) {
      if (!bulk.isIdle && job.state === 'UploadComplete') ingest(bulk, job);
      return { status: 200, json: view(job) };
    }
    const columns = Object.keys(job.rows?.[0] ?? {});
    if (part === 'successfulResults')
      return { status: 200, csv: csvOf(['sf__Id', 'sf__Created', ...columns], job.good) };
    if (part === 'failedResults') return { status: 200, csv: csvOf(['sf__Id', 'sf__Error', ...columns], job.bad) };
    if (part === 'unprocessedrecords') return { status: 200, csv: csvOf(columns, job.unprocessed) };
    return refused(404, 'NOT_FOUND', 'The requested resource does not exist');
  };
  return bulk;
}

interface Told {
  status: number;
  json?: unknown;
  csv?: string;
}

const refused = (status: number, errorCode: string, message: string): Told => ({
  status,
  json: [{ errorCode, message }],
});
const unauthorized = refused(401, 'INVALID_SESSION_ID', 'Session expired or invalid');

const view = ({ id, state, errorMessage, good, bad }: BulkJob): Record<string, unknown> => ({
  id,
  state,
  object: 'Contact',
  operation: 'upsert',
  contentType: 'CSV',
  numberRecordsProcessed: good.length + bad.length,
  numberRecordsFailed: bad.length,
  ...(errorMessage === undefined ? {} : { errorMessage }),
});

function open({ jobs }: BulkJobs, asked: Cells): Told {
  if (
    asked.object !== 'Contact' ||
    asked.operation !== 'upsert' ||
    asked.contentType !== 'CSV' ||
    asked.lineEnding !== 'LF'
  )
    return refused(400, 'INVALIDJOB', 'The job is not one that can be made');
  const { externalIdFieldName } = asked;
  if (!externalIdFieldName) return refused(400, 'INVALIDJOB', 'externalIdFieldName is required for upsert');
  const id = `750${String(jobs.size + 1).padStart(12, '0')}`;
  const job: BulkJob = { id, state: 'Open', externalIdFieldName, good: [], bad: [], unprocessed: [] };
  jobs.set(id, job);
  return { status: 200, json: { ...view(job), contentUrl: `services/data/v62.0/jobs/ingest/${id}/batches` } };
}

function upload(job: BulkJob, body: string): Told {
  if (job.state !== 'Open') return refused(400, 'INVALIDJOBSTATE', `Job ID: ${job.id}, is in state ${job.state}`);
  if (job.rows) return refused(400, 'INVALIDJOB', `Found multiple contents for job: <${job.id}>`);
  job.rows = rowsOf(body);
  return { status: 201 };
}

function move(job: BulkJob, state: BulkJob['state']): Told {
  const isAllowed =
    state === 'Aborted' ? job.state !== 'JobComplete' : state === 'UploadComplete' && job.state === 'Open';
  if (!isAllowed) return refused(400, 'INVALIDJOBSTATE', `Job ID: ${job.id}, can't go from ${job.state} to ${state}`);
  job.state = state;
  return { status: 200, json: view(job) };
}

/** Empty cells leave what stands there, `#N/A` empties it; rows without a last name are refused; so is a key twice. */
function ingest({ records, ledger, failure }: BulkJobs, job: BulkJob): void {
  const rows = job.rows ?? [];
  const seen = new Set<string>();
  job.state = failure ? 'Failed' : 'JobComplete';
  if (failure) job.errorMessage = failure.message;
  for (const [at, row] of rows.entries()) {
    const key = row[job.externalIdFieldName] ?? '';
    if (failure && at >= failure.after) {
      job.unprocessed.push(row);
      continue;
    }
    const isNew = !records.has(key);
    const isUnnamed = isNew && !row.LastName;
    if (key === '' || seen.has(key) || isUnnamed) {
      const error = isUnnamed
        ? 'REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]'
        : `DUPLICATE_VALUE:${key}`;
      job.bad.push({ ...row, sf__Id: '', sf__Error: error });
      continue;
    }
    seen.add(key);
    const given = Object.entries(row).filter(([, cell]) => cell !== '');
    const sfId = records.get(key)?.Id ?? `003${String(records.size + 1).padStart(12, '0')}`;
    const values = Object.fromEntries(given.map(([column, cell]) => [column, cell === '#N/A' ? '' : cell]));
    records.set(key, { ...records.get(key), ...values, Id: sfId });
    ledger.push(`${isNew ? 'create' : 'update'} ${key}`);
    job.good.push({ ...row, sf__Id: sfId, sf__Created: String(isNew) });
  }
}

function rowsOf(csv: string): Cells[] {
  const [columns = [], ...lines] = csv
    .split('\n')
    .filter((line) => line !== '')
    .map((line) =>
      [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)]
        .slice(0, line.split(',').length)
        .map(([, cell = '']) => unquoted(cell)),
    );
  return lines.map((cells) => Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? ''])));
}

const unquoted = (cell: string): string => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);
const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;
const csvOf = (columns: string[], rows: Cells[]): string =>
  [columns, ...rows.map((row) => columns.map((name) => row[name] ?? ''))]
    .map((row) => `${row.map(quoted).join(',')}\n`)
    .join('');

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
