import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, test } from 'vitest';
import { changeText, shownChange } from '../../src/cli/changes.ts';
import { maskingFor } from '../../src/cli/masking.ts';
import type { Change } from '../../src/engine/run/result.ts';
import { plainDress } from '../../src/tell/summary/index.ts';
import { newWorkspace, portolan, put } from './harness.ts';

const withGrace = (missing: string): string => `
pipeline: staff
source:
  file: { path: in/staff.csv }
  format: csv
  feed: full
record: { key: number }
steps:
  - map: { number: =number, role: =role }
  - diff:
      missing: { after: ${missing} }
      protect: role = 'chief'
sink: acme.people
`;

const connector = `
connector: acme
version: 1
connection: { properties: { url: { type: string } }, required: [url] }
http: { baseUrl: '{{$connection.url}}' }
write:
  people:
    key: number
    create: { repeat: safe, request: { put: '/{{number}}', json: { role: =role } } }
    update: { repeat: safe, request: { put: '/{{number}}', json: { role: =role } } }
    returned: { repeat: safe, request: { put: '/{{number}}', json: { role: =role } } }
    missing: { request: { delete: '/{{number}}' } }
`;

const people = 'number,role\n1,clerk\n2,clerk\n3,chief\n4,clerk\n';

const target = createServer((request, response) => {
  request.resume().on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
});
afterAll(() => {
  target.closeAllConnections();
  target.close();
});

/** A workspace in which four people were delivered, and whose feed carries two of them now. */
async function twoGone(missing: string): Promise<string> {
  if (!target.listening) await once(target.listen(0, '127.0.0.1'), 'listening');
  const { port } = target.address() as AddressInfo;
  const folder = await newWorkspace({
    'portolan.yaml': `workspace: a\ntimezone: Europe/Moscow\nkey: '\${file:workspace.key}'\nconnections:\n  acme:\n    acme: { url: 'http://127.0.0.1:${port}' }\n`,
    'acme/connector.yaml': connector,
    'pipelines/staff.yaml': withGrace(missing),
    'in/staff.csv': people,
  });
  const { code, out, err } = await portolan(folder, ['run', 'staff']);
  expect({ code, out: code === 0 ? '' : out, err }).toEqual({ code: 0, out: '', err: '' });
  put(folder, { 'in/staff.csv': people.replace(/[23],.*\n/g, '') });
  return folder;
}

const pipeline = { personal: ['name'], record: { key: [], fields: [] }, steps: [] };
const held: Change = { key: '7', operation: 'held', origin: '', line: null };
const textOf = (change: Change, showPersonal = false): string =>
  changeText(shownChange(change, maskingFor(pipeline, showPersonal)), plainDress);

describe('a held person in a plan', () => {
  test('says until when the grace lasts, or how many feeds it has taken', () => {
    expect(textOf({ ...held, reason: 'grace: missing', until: '2026-11-27' })).toBe(
      'held 7\n  grace: missing, until 2026-11-27\n',
    );
    expect(textOf({ ...held, reason: 'grace: missing', until: '1 of 2 feeds' })).toBe(
      'held 7\n  grace: missing, 1 of 2 feeds\n',
    );
    expect(textOf({ ...held, reason: 'protected: missing' })).toBe('held 7\n  protected: missing\n');
  });

  test('what was personal when it was stored stays masked, though the pipeline no longer says so', () => {
    const change: Change = {
      ...held,
      key: 'anna@a.example',
      before: { name: 'Anna', street: 'Main', city: 'Tver' },
      after: { name: 'Anne', street: 'Side', city: 'Omsk' },
      personal: ['street'],
      isKeyPersonal: true,
    };
    expect(textOf(change)).not.toMatch(/anna@|Main|Side|Ann[ae]/);
    expect(textOf(change)).toContain('Tver');
    expect(textOf(change, true)).toContain('Main');
  });

  test('is told so by the real plan, and a protected one is protected, whatever the grace', async () => {
    const days = (await portolan(await twoGone('2 days'), ['plan', 'staff'])).out;
    expect(days).toMatch(/^held 2\n {2}grace: missing, until \d{4}-\d\d-\d\d$/m);
    expect(days).toMatch(/^held 3\n {2}protected: missing$/m);
    const feeds = (await portolan(await twoGone('2 feeds'), ['plan', 'staff'])).out;
    expect(feeds).toMatch(/^held 2\n {2}grace: missing, 1 of 2 feeds$/m);
    expect(feeds).toMatch(/^held 3\n {2}protected: missing$/m);
  });
});
