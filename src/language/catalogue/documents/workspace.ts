import { field, type Schema } from '../../../connect/sdk/index.ts';
import { namePattern } from './shared.ts';

/** Schema of `portolan.yaml`; `connection` is the one of a single connection. */
export function workspaceSchema(connection: Schema): Schema {
  const { schema } = field.object(
    {
      workspace: field.text({ about: 'Name of the workspace.', pattern: namePattern, examples: ['acme'] }),
      version: field.choice([1], {
        about: 'Version of the language that the documents are written in.',
        optional: true,
        default: 1,
      }),
      timezone: field.text({
        about:
          'IANA time zone of the organisation, in which days begin and dates without a zone are read. A wrong one shifts hire dates by a day.',
        optional: true,
        default: 'UTC',
        examples: ['Europe/Moscow'],
      }),
      language: field.choice(['ru', 'en'], {
        about: 'Language of reports and mails.',
        optional: true,
        default: 'en',
      }),
      store: field.text({
        about:
          'Where runs, snapshots and rejects are kept: `sqlite:` and a path in the workspace. The folder must be on a local disk.',
        optional: true,
        pattern: '^sqlite:.+|\\$\\{',
        default: 'sqlite:.portolan/state.db',
        examples: ['sqlite:.portolan/state.db', '${PORTOLAN_STORE:-sqlite:.portolan/state.db}'],
      }),
      connections: field.raw<unknown, { about: string; optional: true }>(
        {
          type: 'object',
          propertyNames: { pattern: namePattern },
          additionalProperties: { $ref: '#/$defs/connection' },
        },
        {
          about:
            'Where systems are and how to log in, by name; pipelines only name them. Each is a map of its kind and its options.',
          optional: true,
        },
      ),
      tables: field.raw<unknown, { about: string; optional: true; examples: unknown[] }>(
        {
          type: 'object',
          propertyNames: { pattern: namePattern },
          additionalProperties: {
            type: ['string', 'object', 'array'],
            minLength: 1,
            description:
              'Path of a CSV or YAML file of the workspace, or the table itself: a map of codes, or a list of texts or rows.',
            additionalProperties: { type: ['string', 'number', 'boolean', 'object'] },
            items: { type: ['string', 'number', 'boolean', 'object'] },
            'x-portolan': { as: 'workspaceFile' },
            examples: ['tables/positions.csv'],
          },
        },
        {
          about:
            "Small dictionaries, by name, for `$lookup('positions', code)` and `$table('admins')`. With one column a table is a list.",
          optional: true,
          examples: [{ positions: 'tables/positions.csv' }],
        },
      ),
      key: field.secret({
        about:
          'The workspace key, which seals snapshots, rejects and everything else that is stored of people. `portolan init` makes one. Without it what was stored cannot be read any more, so keep a copy elsewhere.',
        optional: true,
        examples: ['${file:/run/secrets/portolan_key}'],
      }),
      url: field.text({
        about:
          'Where `portolan serve` is reached from outside, as `https://` and a host: the proxy that holds the certificate. Addresses for other systems are told below it; a path in it may stand before `/receive` or be taken off by the proxy.',
        pattern: '^https?://[^/?#\\s]+(/[^?#\\s]*)?$|\\$\\{',
        optional: true,
        examples: ['https://portolan.acme.example'],
      }),
      limits: field.object(
        {
          missing: field.text({
            about:
              'How many people may become missing in an hour or a day, over all pipelines. It is the last line against blocking people by mistake.',
            pattern: '^\\d+/(hour|day)$',
            optional: true,
            examples: ['50/day'],
          }),
          memory: field.size({
            about:
              'Memory that the comparison of one run may take. What does not fit goes to a file without a name below `.portolan/runs`; only 9 to 15 bytes a key must stay in memory. A run for which that is too little fails before it delivers.',
            optional: true,
            default: '256MB',
            examples: ['1GB'],
          }),
          disk: field.size({
            about:
              'Disk that one run may take for changed records on their way and for what memory does not hold. A run that needs more fails before it delivers.',
            optional: true,
            default: '10GB',
            examples: ['50GB'],
          }),
          inbox: field.size({
            about:
              'What events that no pipeline has settled may take in the store, for each kind of events of a connection. When it is full, senders are answered 503 and keep what they have.',
            optional: true,
            default: '256MB',
            examples: ['1GB'],
          }),
        },
        {
          about:
            'Bounds that hold for all pipelines: how many people may become missing, and what a run may take of the machine.',
          optional: true,
        },
      ),
    },
    { about: 'The workspace: where systems are, how to log in, and what holds for all pipelines.' },
  );
  return { ...schema, $defs: { connection } };
}
