import { isProblem } from '../../model/problem.ts';
import type { Expression, Template } from '../../expression/index.ts';
import type { OpenContext } from '../sdk/declare.ts';
import { field } from '../sdk/field.ts';
import type { StoreKeeper } from './keeper.ts';
import type { FileEntry } from './port.ts';

/** What may be read of the file beside a file that says what is in it. */
const readings = field.object(
  {
    path: field.template({
      about: 'Name of the manifest beside each file; it is JSON.',
      place: 'fileName',
      names: ['file'],
      input: 'none',
      examples: ['{{$file.name}}.json'],
    }),
    rows: field.reading({
      about: 'JSONata over the manifest: how many records the file has.',
      input: 'answer',
      examples: ['count'],
      optional: true,
    }),
    feed: field.reading({
      about:
        'JSONata over the manifest: `full` where the file holds everybody. With anything else nobody is missing in that run, whatever the source says.',
      input: 'answer',
      examples: ["kind = 'F' ? 'full' : 'changes'"],
      optional: true,
    }),
    hash: field.reading({
      about: 'JSONata over the manifest: SHA-256 of the file as it lies there, in hexadecimal digits.',
      input: 'answer',
      examples: ['sha256'],
      optional: true,
    }),
  },
  { about: 'Readings of a manifest.' },
);

/** The option of sources of files. */
export const manifestField = field.raw<Manifest, { about: string; examples: unknown[]; optional: true }>(
  { ...readings.schema, minProperties: 2 },
  {
    about:
      'A file beside each file that says what is in it. A file without its manifest is left alone; one that is not what its manifest says is not complete, so nobody is missing. The manifest is put away with it.',
    examples: [{ path: '{{$file.name}}.json', rows: 'count' }],
    optional: true,
  },
);

/** As compiled. */
export interface Manifest {
  path: Template;
  rows?: Expression;
  feed?: Expression;
  hash?: Expression;
}

/** A manifest is a few lines; what is larger is none. */
const LIMIT_BYTES = 1024 * 1024;

/** Why a file that was read is not what its manifest says, without its name; undefined where it is. */
export async function doubtOf(
  keeper: StoreKeeper,
  { manifest, entry }: { manifest: Manifest; entry: FileEntry },
  read: { rows: number; contentHash?: string },
  context: OpenContext<unknown>,
): Promise<string | undefined> {
  const text = await textOf(keeper, entry);
  const parsed = text === undefined ? undefined : parsedOf(text);
  if (parsed === undefined) return `its manifest ${entry.name} is not JSON of at most 1 MB`;
  const said = async (reading: Expression): Promise<unknown> => {
    try {
      return await reading.evaluate(parsed.value, context.scope, context.env);
    } catch (error) {
      if (!isProblem(error) || error.class !== 'data') throw error;
      return undefined;
    }
  };
  if (manifest.hash) {
    const hash = await said(manifest.hash);
    if (String(hash).toLowerCase() !== read.contentHash) return `its bytes are not those that its manifest names`;
  }
  if (manifest.rows) {
    const rows = await said(manifest.rows);
    if (rows === undefined || rows === null || rows === '') return 'its manifest does not say how many records it has';
    if (Number(rows) !== read.rows) return `it has ${read.rows} records, and not as many as its manifest says`;
  }
  if (manifest.feed && (await said(manifest.feed)) !== 'full') return 'its manifest does not say that it is full';
  return undefined;
}

async function textOf(keeper: StoreKeeper, { path, size }: FileEntry): Promise<string | undefined> {
  if (size > LIMIT_BYTES) return undefined;
  return keeper.use(async (store) => {
    const parts: Uint8Array[] = [];
    let sizeBytes = 0;
    for await (const part of store.read(path)) {
      sizeBytes += part.length;
      if (sizeBytes > LIMIT_BYTES) return undefined;
      parts.push(part);
    }
    return Buffer.concat(parts)
      .toString('utf8')
      .replace(/^\uFEFF/, '');
  });
}

function parsedOf(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}
