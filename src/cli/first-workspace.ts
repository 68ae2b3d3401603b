/** One file of a new workspace; `path` with `/`, `mode` as of chmod. */
export interface NewFile {
  path: string;
  text: string;
  mode: number;
}

const PUBLIC = 0o644;
const SECRET = 0o600;

/** The files of a workspace that validates and runs without any network. `key` is the text of a new workspace key. */
export function firstWorkspace({ name, timezone, key }: { name: string; timezone: string; key: string }): NewFile[] {
  return [
    { path: 'portolan.yaml', text: workspaceText(name, timezone), mode: PUBLIC },
    { path: 'workspace.key', text: `${key}\n`, mode: SECRET },
    { path: '.gitignore', text: 'workspace.key\n.portolan/\nout/\n', mode: PUBLIC },
    { path: 'pipelines/employees.yaml', text: pipelineText, mode: PUBLIC },
    { path: 'pipelines/employees.check.yaml', text: checkText, mode: PUBLIC },
    { path: 'pipelines/fixtures/one-of-each.csv', text: fixtureText, mode: PUBLIC },
    { path: 'in/employees.csv', text: sampleText, mode: PUBLIC },
    // The folder that results are written to; nothing in it is kept under version control.
    { path: 'out/.gitkeep', text: '', mode: PUBLIC },
  ];
}

const workspaceText = (name: string, timezone: string): string => `\
# yaml-language-server: $schema=.portolan/schemas/workspace.schema.json
workspace: ${name}
version: 1
timezone: ${timezone}
language: en # of reports and mails: en | ru
key: '\${file:workspace.key}' # seals what is stored; keep a copy elsewhere

# Where systems are and how to log in; pipelines only name them. Secrets come from the environment or from files:
# connections:
#   hr:
#     sftp: { host: '\${HR_HOST}', username: hr, privateKey: '\${file:hr.key}', hostKey: 'SHA256:…' }
`;

const pipelineText = `\
# yaml-language-server: $schema=../.portolan/schemas/pipeline.schema.json
pipeline: employees
title: Employees with an address, as the learning platform wants them

source:
  file: { path: in/employees.csv }
  format: { csv: { delimiter: ';' } }

record:
  key: number
  fields:
    number: { text: 6 } # pads zeros that a spreadsheet has eaten
    name: { required: true, personal: true }
    email: { personal: true, none: '-' }
    hired: { date: DD.MM.YYYY }

filter: $exists(email)

map:
  externalId: =number
  name: =name
  email: =$lowercase(email)
  department: =department
  hiredOn: =hired
  language: en

sink:
  file: { path: out/employees.csv, overwrite: true }
  format: csv
`;

const checkText = `\
# yaml-language-server: $schema=../.portolan/schemas/check.schema.json
# Run by \`portolan test\`, through the same code as a run, without any network.
check: employees
now: 2026-11-24T02:30
cases:
  - name: who has no address is left out, who has no name is rejected
    source: fixtures/one-of-each.csv
    expect: { read: 3, filtered: 1, rejected: 1, upsert: 1 }
`;

const sampleText = `\
number;name;email;department;hired
000017;Anna Example;Anna@company.example;Sales;14.03.2022
42;Boris Sample;boris@company.example;Warehouse;01.09.2024
000108;Clara Muster;-;Sales;20.11.2026
`;

const fixtureText = `\
number;name;email;department;hired
1;Anna Example;ANNA@company.example;Sales;14.03.2022
2;Boris Sample;-;Warehouse;01.09.2024
3;;clara@company.example;Sales;20.11.2026
`;
