import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packZip, type NewMember } from '../../src/connect/sdk/index.ts';
import { makeWorkspaceKey } from '../../src/store/index.ts';
import { runMeasured } from './run-measured.ts';

const ROWS = 500_000;
const LIMIT_BYTES = 350 * 1024 * 1024;

const people = `pipeline: people
source:
  file: { path: in/people.xlsx }
  format: xlsx
record:
  key: tab_no
  fields: { hired: { date: iso } }
steps:
  - map: { externalId: =tab_no, lastName: =last_name, department: =department, hiredOn: =hired, rate: =rate }
sink:
  file: { path: out/people.xlsx }
  format: xlsx
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portolan-xlsx-memory-'));
  for (const name of ['in', 'out', 'pipelines']) await mkdir(join(folder, name));
  await writeFile(
    join(folder, 'portolan.yaml'),
    "workspace: memory\nversion: 1\ntimezone: Europe/Moscow\nkey: '${file:workspace.key}'\n",
  );
  await writeFile(join(folder, 'pipelines/people.yaml'), people);
  await writeFile(join(folder, 'workspace.key'), makeWorkspaceKey(), { mode: 0o600 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

/** A workbook with a million different texts that cells share, as Excel writes them. */
async function* parts(): AsyncGenerator<NewMember> {
  const small: Record<string, string> = {
    '_rels/.rels': `<Relationships><Relationship Id="a" Type="${relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': '<workbook><sheets><sheet name="S" id="s"/></sheets></workbook>',
    'xl/_rels/workbook.xml.rels': `<Relationships><Relationship Id="s" Type="${relations}/worksheet" Target="s.xml"/><Relationship Id="t" Type="${relations}/sharedStrings" Target="t.xml"/><Relationship Id="y" Type="${relations}/styles" Target="y.xml"/></Relationships>`,
    'xl/y.xml': '<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
  };
  for (const [name, text] of Object.entries(small)) yield { name, bytes: Readable.from([Buffer.from(text)]) };
  yield { name: 'xl/t.xml', bytes: inBytes(texts()) };
  yield { name: 'xl/s.xml', bytes: inBytes(sheet()) };
}

const header = ['tab_no', 'last_name', 'department', 'hired', 'rate'];
function* texts(): Generator<string> {
  yield `<sst>${header.map((name) => `<si><t>${name}</t></si>`).join('')}`;
  for (let row = 0; row < ROWS; row += 1)
    yield `<si><t>${String(row).padStart(7, '0')}</t></si><si><t>Фамилия-${(row * 7919) % ROWS} Имя Отчество</t></si>`;
  yield '</sst>';
}
function* sheet(): Generator<string> {
  yield `<worksheet><sheetData><row r="1">${header.map((_, at) => `<c t="s"><v>${at}</v></c>`).join('')}</row>`;
  for (let row = 0; row < ROWS; row += 1) {
    const [line, at] = [row + 2, 2 * row + header.length];
    yield `<row r="${line}"><c r="A${line}" t="s"><v>${at}</v></c><c r="B${line}" t="s"><v>${5 + ((at * 31) % (2 * ROWS))}</v></c><c r="C${line}" t="inlineStr"><is><t>Отдел ${row % 300}</t></is></c><c r="D${line}" s="1"><v>${40_000 + (row % 6000)}</v></c><c r="E${line}"><v>0.${row % 9}5</v></c></row>`;
  }
  yield '</sheetData></worksheet>';
}
async function* inBytes(pieces: Generator<string>): AsyncGenerator<Uint8Array> {
  let text = '';
  for (const piece of pieces) {
    text += piece;
    if (text.length < 65_536) continue;
    yield Buffer.from(text);
    text = '';
  }
  yield Buffer.from(text);
}

test('500,000 rows of a workbook with a million shared texts stay within 350 MB, read and written', async () => {
  await pipeline(packZip(parts()), createWriteStream(join(folder, 'in/people.xlsx')));
  const { result, peakBytes } = await runMeasured(folder, 'people');
  expect(result).toMatchObject({ status: 'done', counts: { read: ROWS, delivered: { upsert: ROWS }, unsettled: 0 } });
  expect((await stat(join(folder, 'out/people.xlsx'))).size).toBeGreaterThan(5_000_000);
  expect(peakBytes).toBeLessThan(LIMIT_BYTES);
}, 300_000);
