import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import iconv from 'iconv-lite';
import { expect, test } from 'vitest';
import { newFolder, portolan } from '../../cli/harness.ts';

const env = {
  KEY: Buffer.alloc(32, 7).toString('base64'),
  SECRET: 'secret',
};
const example = (name: string): string => readFileSync(join(import.meta.dirname, `${name}.txt`), 'utf8');

const workspace = (connections: string, more = ''): string =>
  `workspace: acme\nversion: 1\ntimezone: Europe/Moscow\nkey: '\${KEY}'\nconnections:\n  hr: { sftp: { host: hr.acme.example, username: equeo, password: '\${SECRET}', hostKey: 'SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU' } }\n${connections}${more}`;

/** What stands around the example: the pipeline that it follows, and the tables that it reads. */
const departments = `pipeline: departments
source:
  sftp: { path: /out/departments.csv }
  connection: hr
  format: csv
  feed: full
record: { key: code }
steps:
  - map: { externalId: =code, name: =title }
  - diff: { missing: ignore }
sink: lms.users
`;

test('hr-full-and-delta: a part-time row in a delta leaves the main post alone', async () => {
  const header = 'СНИЛС;Табельный номер;Вид занятости;Код подразделения;Фамилия;Имя;Почта;Уволен;СНИЛС руководителя';
  const row = (snils: string, no: string, kind: string, dep: string, last: string, out = ''): string =>
    `${snils};${no};${kind};${dep};${last};Анна;${no}@acme.example;${out};`;
  const file = (...rows: string[]): Buffer => iconv.encode(`${[header, ...rows].join('\r\n')}\r\n`, 'windows-1251');
  const folder = newFolder({
    'portolan.yaml': workspace(
      "  lms: { lms: { url: 'https://lms.acme.example', token: '${SECRET}' } }\n",
      'tables:\n  shared_mailboxes: [info@acme.example]\n  admins: [root]\n',
    ),
    'people.yaml': example('hr-full-and-delta'),
    'departments.yaml': departments,
    'fixtures/people-known.json': JSON.stringify([
      {
        key: 'a',
        record: { externalId: '000017', name: 'Петрова Анна', email: '17@acme.example', posts: ['000017', '000902'] },
      },
      { key: 'b', record: { externalId: '000018', name: 'Орлова Анна', email: '18@acme.example', posts: ['000018'] } },
    ]),
    'fixtures/people-sent.json': JSON.stringify([
      {
        sink: 'lms.users',
        operation: 'update',
        record: {
          externalId: '000017',
          name: 'Петрова Анна',
          email: '17@acme.example',
          posts: ['000017', '000903'],
        },
      },
    ]),
  });
  const full = [
    row('a', '17', 'main', '', 'Петрова'),
    row('a', '902', 'part', '', 'Петрова'),
    row('b', '18', 'main', '', 'Орлова'),
  ];
  // The part-time post ends, and another begins.
  const delta = [row('a', '902', 'part', '', 'Петрова', '01.11.2026'), row('a', '903', 'part', '', 'Петрова')];
  writeFileSync(join(folder, 'fixtures/people-full.csv'), file(...full));
  writeFileSync(join(folder, 'fixtures/people-delta.csv'), file(...delta));
  expect(await mistakesOf(folder)).toEqual([]);
  const { code, out, err } = await portolan(folder, ['test'], { env });
  expect(out + err).toContain('1 case, all as expected');
  expect(code).toBe(0);
});

test('successfactors: dated jobs become one person, whose job is that of today', async () => {
  const job = (userId: string, day: string, seqNumber: string, department: string, emplStatus = 'A') => ({
    userId,
    startDate: `/Date(${Date.parse(day)})/`,
    seqNumber,
    department,
    emplStatus,
  });
  const sent = (externalId: string, department: string, active: boolean, startsOn: string) => ({
    sink: 'equeo.users',
    operation: 'create',
    record: { externalId, department, active, startsOn },
  });
  const folder = newFolder({
    'portolan.yaml': workspace(
      "  lms: { equeo: { url: 'https://lms.acme.example', token: '${SECRET}' } }\n" +
        "  sf: { successfactors: { api: 'https://api.sf.example', companyId: acme, clientId: a, user: b, key: '${SECRET}' } }\n",
    ),
    'people.yaml': example('successfactors'),
    'check.yaml': `check: people
now: 2026-11-24T03:00
cases:
  - name: the job of today, and one hired within a week
    source: jobs.json
    expect: { create: 2, filtered: 4, rejected: 1, sent: sent.json }
`,
    'jobs.json': JSON.stringify([
      job('u1', '2020-01-01', '1', 'old'),
      job('u2', '2026-11-30', '1', 'soon'),
      job('u1', '2026-11-01', '10', 'now', 'T'),
      job('u1', '2026-11-01', '9', 'earlier that day'),
      job('u1', '2027-06-01', '1', 'not yet'),
      job('u3', '2027-06-01', '1', 'not yet'),
      { ...job('u4', '2020-01-01', '1', 'unknown status'), emplStatus: null },
    ]),
    'sent.json': JSON.stringify([sent('u1', 'now', false, '2026-11-01'), sent('u2', 'soon', true, '2026-11-30')]),
  });
  expect(await mistakesOf(folder)).toEqual([]);
  const { code, out, err } = await portolan(folder, ['test'], { env });
  expect(out + err).toContain('1 case, all as expected');
  expect(code).toBe(0);
});

async function mistakesOf(folder: string): Promise<string[]> {
  const { out } = await portolan(folder, ['validate'], { env });
  return out.split('\n').filter((line) => line.includes(' error '));
}
