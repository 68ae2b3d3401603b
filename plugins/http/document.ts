import { field, type Fields, type TypeOf } from '#sdk';
import { callField } from './schema/call.ts';
import { names } from './schema/names.ts';
import { readField } from './schema/read.ts';
import { receiveField } from './schema/receive.ts';
import { requestField } from './schema/request.ts';
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
    test: field.object(
      {
        request: requestField(
          names.everywhere,
          'The request: one that anybody who may log in may make, and that changes nothing.',
        ),
        show: field.reading({
          about: 'What of the answer is shown, so that a person sees whose login it is.',
          names: names.testAnswer,
          input: 'answer',
          examples: ['name'],
          optional: true,
        }),
      },
      { about: 'How `portolan connections test` tries a connection.', optional: true },
    ),
    read: field.map(readField, { about: 'What can be read, by name.', names: name, optional: true }),
    write: field.map(targetField, { about: 'What can be written, by name.', names: name, optional: true }),
    call: field.map(callField, {
      about: 'Single operations for steps, by name: `call: { CONNECTOR.NAME: { … } }`.',
      names: callName,
      optional: true,
    }),
    receive: field.map(receiveField, {
      about:
        'What comes in, by name: `portolan serve` stores it durably, answers 200, and pipelines read it as `source: CONNECTOR.NAME`. A name may not be that of a read.',
      names: name,
      optional: true,
    }),
  },
  { about: 'An HTTP API, declared: how to log in, read, write, page, wait and retry.' },
);

/** A compiled document. */
export type Connector = TypeOf<typeof connectorField>;
