import { field } from '../../src/connect/sdk/index.ts';
import type { Schema } from '../../src/connect/sdk/index.ts';
import { kindsSchema, oneOrList, type Catalogue, type KindEntry } from '../../src/language/catalogue/index.ts';

const text = (about: string) => field.text({ about, optional: true });

const sftpSource = field.object(
  {
    path: field.template({ about: 'Path.', place: 'filePath', input: 'none' }),
    pick: field.choice(['newest', 'all', 'new'], { about: 'Which.', optional: true, default: 'newest' }),
    settle: field.duration({ about: 'Settle.', optional: true, default: '30s' }),
    ready: field.template({ about: 'Ready.', place: 'fileName', input: 'none', names: ['file'], optional: true }),
  },
  { about: 'Files on SFTP.' },
).schema;
const sftpSink = field.object(
  { path: field.template({ about: 'Path.', place: 'filePath', input: 'none' }) },
  { about: 'Files on SFTP.' },
).schema;
const smtpSink = field.object(
  {
    to: field.template({ about: 'To.', place: 'header' }),
    subject: field.template({ about: 'Subject.', place: 'header' }),
    body: field.workspaceFile({ about: 'Body.', place: 'html' }),
  },
  { about: 'Mail.' },
).schema;
const targetSchema = field.object({}, { about: 'People of the LMS.' }).schema;
const csv = field.object(
  { delimiter: text('Delimiter.'), encoding: text('Encoding.'), size: field.size({ about: 'Size.', optional: true }) },
  { about: 'CSV.' },
).schema;
const json = field.object({}, { about: 'JSON.' }).schema;

const shape: Schema = { type: 'object', 'x-portolan': { as: 'shape' } };
const diff: Schema = {
  type: 'object',
  properties: {
    snapshot: { type: 'string' },
    missing: {
      type: ['string', 'object'],
      enum: undefined as never,
      properties: { after: { type: 'string' } },
      additionalProperties: false,
    },
    leaves: { enum: ['keep', 'missing'] },
    protect: { type: 'string', 'x-portolan': { as: 'condition' } },
    guard: {
      type: 'object',
      properties: Object.fromEntries(
        ['missing', 'leaves', 'update', 'create']
          .map((name) => [name, field.share({ about: name }).schema])
          .concat([
            ['floor', { type: 'integer' }],
            ['then', { enum: ['hold', 'stop'] }],
          ] as never),
      ),
      additionalProperties: false,
    },
  },
  additionalProperties: false,
};
delete (diff.properties as Record<string, Record<string, unknown>>).missing?.enum;

const entry = (name: string, options: Schema, more: Partial<KindEntry> = {}): KindEntry => ({
  name,
  summary: name,
  options,
  ...more,
});

const sources = { sftp: entry('sftp', sftpSource, { connection: 'sftp', takesFormat: true, canBeComplete: true }) };
const every = ['create', 'update', 'missing', 'returned', 'upsert'] as const;
const sinks = {
  sftp: entry('sftp', sftpSink, { connection: 'sftp', takesFormat: true, operations: every }),
  smtp: entry('smtp', smtpSink, { connection: 'smtp', operations: every }),
  'equeo.users': entry('equeo.users', targetSchema, {
    connection: 'equeo',
    operations: ['create', 'update', 'missing', 'returned'],
  }),
  'equeo.kpi': entry('equeo.kpi', targetSchema, { connection: 'equeo', operations: ['upsert'] }),
};
const formats = { csv: entry('csv', csv), json: entry('json', json) };
const condition: Schema = { type: ['string', 'boolean'], 'x-portolan': { as: 'condition' } };
const steps = {
  filter: entry('filter', condition),
  map: entry('map', shape),
  set: entry('set', shape),
  validate: entry('validate', { type: 'object' }),
  diff: entry('diff', diff),
};
const connections = {
  sftp: entry(
    'sftp',
    field.object(
      {
        host: text('Host.'),
        username: text('User.'),
        hostKey: text('Key.'),
        password: field.secret({ about: 'Password.', optional: true }),
      },
      { about: 'SFTP.' },
    ).schema,
  ),
  smtp: entry('smtp', field.object({ url: text('URL.'), from: text('From.') }, { about: 'Mail.' }).schema),
  equeo: entry('equeo', {
    type: 'object',
    properties: { url: { type: 'string' }, token: { type: 'string', secret: true } },
    required: ['url', 'token'],
    additionalProperties: false,
  }),
};

const words: Record<string, Schema> = {
  connection: { type: 'string' },
  only: { type: ['string', 'array'], items: { type: 'string' } },
  when: condition,
  as: { type: 'string' },
  feed: { enum: ['full', 'changes'] },
  format: kindsSchema(
    Object.fromEntries(Object.entries(formats).map(([name, { options }]) => [name, { options, beside: [] }])),
    {},
    'Format.',
  ),
};
const place = (kinds: Record<string, KindEntry>, beside: string[]) =>
  kindsSchema(
    Object.fromEntries(Object.entries(kinds).map(([name, { options }]) => [name, { options, beside }])),
    Object.fromEntries(beside.map((word) => [word, words[word] as Schema])),
    'Place.',
  );
const sink = place(sinks, ['connection', 'only', 'when', 'as', 'format']);

const pipeline: Schema = {
  type: 'object',
  properties: {
    pipeline: { type: 'string' },
    title: { type: 'string' },
    schedule: { type: 'object' },
    source: place(sources, ['connection', 'feed', 'format']),
    record: { type: 'object' },
    params: { type: 'object' },
    filter: condition,
    map: shape,
    steps: { type: 'array', items: place(steps, ['only', 'when', 'as']) },
    sink: oneOrList(sink, '#/$defs/sink'),
    errors: { type: 'object' },
    report: oneOrList(sink, '#/$defs/sink'),
  },
  required: ['pipeline', 'source'],
  additionalProperties: false,
  $defs: { sink },
};
const workspace: Schema = {
  type: 'object',
  properties: {
    workspace: { type: 'string' },
    version: { type: 'integer' },
    timezone: { type: 'string' },
    language: { enum: ['ru', 'en'] },
    connections: { type: 'object', additionalProperties: place(connections, []) },
    tables: { type: 'object' },
    key: field.secret({ about: 'Key.' }).schema,
  },
  required: ['workspace'],
  additionalProperties: false,
};
const check: Schema = {
  type: 'object',
  properties: { check: { type: 'string' }, now: { type: 'string' }, cases: { type: 'array' } },
  additionalProperties: false,
};
const connector: Schema = { type: 'object', properties: { connector: { type: 'string' } } };

/** A few kinds of everything, so that the language is tested without any plugin. */
export const smallCatalogue: Catalogue = {
  sources,
  sinks,
  formats,
  steps,
  calls: {},
  connections,
  documents: { workspace, pipeline, connector, check },
};
