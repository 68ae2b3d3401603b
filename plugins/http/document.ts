import { field, type Fields, type TypeOf } from '#sdk';
import { callField } from './schema/call.ts';
import { readField } from './schema/read.ts';
import { transportField } from './schema/transport.ts';
import { targetField } from './schema/write.ts';

const name = '^[a-z][\\w-]*$';
/** Operations are often grouped: `access.grant`. */
const callName = '^[a-z][\\w-]*(\\.[a-z][\\w-]*)*$';

/** Schema of a `connector:` document without its first key. */
export const connectorField = field.object(
  {
    title: field.text({ about: 'Its name for people.', optional: true }),
    version: field.integer({
      about: 'Of the document; a higher one may mean other state.',
      minimum: 1,
      optional: true,
    }),
    connection: field.raw<
      { required?: string[]; properties?: Record<string, Fields> },
      { about: string; optional: true }
    >(
      {
        type: 'object',
        properties: {
          required: {
            type: 'array',
            items: { type: 'string' },
            description: 'Options that every connection must have.',
          },
          properties: {
            type: 'object',
            additionalProperties: { type: 'object' },
            description: 'JSON Schema of each option, by name.',
          },
        },
        additionalProperties: false,
      },
      {
        about:
          'JSON Schema of a connection. `secret: true` keeps a value out of logs and pages; requests see all as `$connection`.',
        optional: true,
      },
    ),
    http: transportField,
    read: field.map(readField, { about: 'What can be read, by name.', names: name, optional: true }),
    write: field.map(targetField, { about: 'What can be written, by name.', names: name, optional: true }),
    call: field.map(callField, {
      about: 'Single operations for steps, by name: `call: { CONNECTOR.NAME: { … } }`.',
      names: callName,
      optional: true,
    }),
  },
  { about: 'An HTTP API, declared: how to log in, read, write, page, wait and retry.' },
);

/** A compiled document. */
export type Connector = TypeOf<typeof connectorField>;
