import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import file from '../../../plugins/file/store.ts';
import xml from '../../../plugins/xml/format.ts';
import yaml from '../../../plugins/yaml/format.ts';
import type { OpenFormat } from '../../../src/connect/sdk/index.ts';
import { sourceHarness } from '../../connect/source-harness.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portolan-xml-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const people = xml.open({ records: '/people/person' });
async function read(name: string, text: string, format: OpenFormat) {
  await writeFile(join(folder, name), text);
  return sourceHarness(file, undefined, folder).run({ path: name, empty: 'allow' }, { format });
}

describe('a source of xml and yaml', () => {
  it('is complete when the document is whole', async () => {
    const { codes, end } = await read('a.xml', '<people><person><code>1</code></person></people>', people);
    expect({ codes, complete: end?.complete }).toEqual({ codes: ['1'], complete: true });
  });

  it('is not complete when the document is cut, so that nobody is missing', async () => {
    const { codes, end } = await read('a.xml', '<people>\n<person><code>1</code></person><person>', people);
    expect({ codes, end }).toMatchObject({
      codes: ['1'],
      end: { complete: false, reason: 'a.xml: the document ends in line 2, before its root is closed' },
    });
    const half = await read('a.yaml', '- code: 1\n- code: [2', yaml.open({}));
    expect({ codes: half.codes, end: half.end }).toMatchObject({
      codes: [1],
      end: { complete: false, reason: 'a.yaml: the file ends in the middle of a document' },
    });
  });

  it('notes what stands where no record was found', async () => {
    const { end, notes } = await read('a.xml', '<people><Person/></people>', people);
    expect(end?.complete).toBe(true);
    expect(notes.join()).toContain('The document has no element /people/person; /people holds Person');
  });
});
