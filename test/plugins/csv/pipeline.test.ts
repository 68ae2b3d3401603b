import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import { newWorkspace, portolan } from '../../cli/harness.ts';

interface Result {
  status: string;
  notes: string[];
  failure?: { code: string; message: string };
  counts: { read: number; rejected: number; unsettled: number };
}

const pipeline = (source: string, sink = 'csv', report = 'csv') => `
pipeline: staff
source:
  file: { path: in/staff.txt }
  format: ${source}
record:
  key: number
  fields:
    number: { from: Номер }
    name: { from: Фамилия, required: true, personal: true }
map: { number: =number, name: =name }
sink:
  file: { path: out/staff.txt, overwrite: true }
  format: ${sink}
report:
  - file: { path: out/report.txt, overwrite: true }
    format: ${report}
`;

async function workspaceWith(document: string, feed: Uint8Array): Promise<string> {
  const folder = await newWorkspace({
    'portolan.yaml': "workspace: a\nlanguage: ru\ntimezone: Europe/Moscow\nkey: '${file:workspace.key}'\n",
    'pipelines/staff.yaml': document,
  });
  writeFileSync(join(folder, 'in/staff.txt'), feed);
  return folder;
}
const result = async (folder: string, command: 'run' | 'plan'): Promise<Result> =>
  JSON.parse((await portolan(folder, [command, 'staff', '--json'])).out) as Result;

const rows = ['Номер;Фамилия;Должность', '1;Иванова;Кладовщик', '2;;Водитель'];
const text = `${rows.join('\r\n')}\r\n`;

describe('encoding: auto in a pipeline', () => {
  test('the encoding that was found is a note of plan and run, and that of the report', async () => {
    for (const encoding of ['windows-1251', 'koi8-r', 'cp866']) {
      const folder = await workspaceWith(
        pipeline("{ csv: { delimiter: ';', encoding: auto } }"),
        iconv.encode(text, encoding),
      );
      const note = `staff.txt: the encoding is ${encoding}, as its letters say; \`encoding: ${encoding}\` makes it certain`;
      expect((await result(folder, 'plan')).notes).toContain(note);
      expect(await result(folder, 'run')).toMatchObject({
        status: 'done',
        notes: [note],
        counts: { read: 2, rejected: 1, unsettled: 0 },
      });
      const report = iconv.decode(readFileSync(join(folder, 'out/report.txt')), encoding);
      expect(report).toContain('3;');
      expect(report).toContain('Номер строки;Причина;Номер;Фамилия;Должность\r\n');
      // Neither KOI8-R nor cp866 has such quotation marks.
      expect(report).toContain(encoding === 'windows-1251' ? '«Фамилия»: нет' : '""Фамилия"": нет');
    }
  });

  test('a run that is not sure of it fails with a sentence, and delivers nothing', async () => {
    const folder = await workspaceWith(
      pipeline("{ csv: { delimiter: ';', encoding: auto, header: [Номер, Фамилия] } }"),
      iconv.encode('1;Ян\r\n', 'windows-1251'),
    );
    const { code, out } = await portolan(folder, ['run', 'staff']);
    expect(code).toBe(1);
    expect(out).toContain('it is no UTF-8, and 2 letters beyond ASCII are too few to judge by');
    expect(out).toContain('name it, such as `encoding: windows-1251`');
  });
});

test('validate tells options of a format that contradict each other, and a file to be written by a guess', async () => {
  const folder = await workspaceWith(
    pipeline(
      "{ csv: { recordEnd: '|', lineEnding: lf } }",
      '{ csv: { encoding: auto } }',
      '{ csv: { bom: true, encoding: cp866 } }',
    ),
    Buffer.from(text),
  );
  const { code, out } = await portolan(folder, ['validate']);
  expect(code).toBe(2);
  for (const told of ['CSV_OPTIONS', 'ENCODING_AUTO', 'ENCODING_MARK']) expect(out).toContain(told);
});

describe('the report', () => {
  test('has one byte order mark in UTF-16', async () => {
    const folder = await workspaceWith(
      pipeline("{ csv: { delimiter: '\\t', encoding: utf-16 } }".replace(/'/g, '"')),
      iconv.encode(text.replaceAll(';', '\t'), 'utf-16'),
    );
    await result(folder, 'run');
    const report = readFileSync(join(folder, 'out/report.txt')).toString('utf16le');
    expect([report.indexOf('\uFEFF'), report.lastIndexOf('\uFEFF')]).toEqual([0, 0]);
    expect(report).toContain('Номер строки\tПричина\tНомер\tФамилия\tДолжность\r\n');
  });

  test('has what it is told of encoding and line ends, where the feed had a mark and row ends of its own', async () => {
    const folder = await workspaceWith(
      pipeline("{ csv: { delimiter: ';', recordEnd: '|' } }", 'csv', '{ csv: { encoding: cp866, lineEnding: lf } }'),
      Buffer.from(`\uFEFF${rows.join('|')}|`),
    );
    expect(await result(folder, 'run')).toMatchObject({ status: 'done', counts: { read: 2 } });
    const report = iconv.decode(readFileSync(join(folder, 'out/report.txt')), 'cp866');
    expect(report).toContain('\nНомер строки;Причина;Номер;Фамилия;Должность\n');
  });

  test('shows a row whose bytes are not of the encoding, and is written', async () => {
    const feed = Buffer.concat([
      iconv.encode(text, 'windows-1251'),
      Buffer.from('3;'),
      Buffer.of(0x98, 0x3b, 0x0d, 0x0a),
    ]);
    const folder = await workspaceWith(pipeline("{ csv: { delimiter: ';', encoding: windows-1251 } }"), feed);
    expect(await result(folder, 'run')).toMatchObject({ status: 'done', counts: { read: 3, rejected: 2 } });
    expect(iconv.decode(readFileSync(join(folder, 'out/report.txt')), 'windows-1251')).toContain('"3;?;"');
  });
});

describe('fixed width in a pipeline', () => {
  test('is read, written, and what does not fit its columns is rejected with its line', async () => {
    const columns = '{ Номер: 6, Фамилия: 12 }';
    const format = '{ fixed: { columns: { number: 3-8, name: 12-20 }, encoding: koi8-r, filled: false } }';
    const feed = ['000001Иванова     ', '000002Петров', '000003Ёлкина      '].join('\r\n');
    const folder = await workspaceWith(
      pipeline(`{ fixed: { columns: ${columns}, encoding: cp866 } }`, format),
      iconv.encode(`${feed}\r\n`, 'cp866'),
    );
    expect(await result(folder, 'run')).toMatchObject({
      status: 'done',
      counts: { read: 3, rejected: 1, unsettled: 0 },
    });
    const written = iconv.decode(readFileSync(join(folder, 'out/staff.txt')), 'koi8-r');
    expect(written).toBe('  000001   Иванова\r\n  000003   Ёлкина\r\n');
    expect(readFileSync(join(folder, 'out/report.txt'), 'utf8')).toContain(
      '2,"Строка короче, чем её столбцы",000002Петров,',
    );
  });
});
