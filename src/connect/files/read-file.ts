import type { Hash } from 'node:crypto';
import type { Dialect, ReadBatch } from '../../model/record.ts';
import { unwrapGzip } from '../bytes/gzip.ts';
import type { OpenFormat, SourceContext } from '../sdk/declare.ts';
import { factsOf, refuseChanged } from './facts.ts';
import type { StoreKeeper } from './keeper.ts';
import type { FileEntry } from './port.ts';

/** One file while it is read, and what is known of it afterwards. */
export interface FileRead {
  file: FileEntry;
  hash: Hash;
  /** Records and rows that could not be decoded. */
  rows: number;
  /** Read to its end. */
  isWhole: boolean;
  contentHash?: string;
  dialect?: Dialect;
  /** Why the content is not whole. */
  cut?: string;
  notes?: readonly string[];
}

/** Reads a file through its format, and fills in `read`. Throws FILE_CHANGED where it isn't the file that was chosen. */
export async function* readFile(
  keeper: StoreKeeper,
  read: FileRead,
  format: OpenFormat,
  context: SourceContext<unknown, unknown>,
): AsyncGenerator<ReadBatch> {
  const { file } = read;
  const facts = factsOf(file);
  refuseChanged(file, await keeper.use((store) => store.stat(file.path)));
  const store = await keeper.store();
  let bytesRead = 0;

  async function* bytes(): AsyncGenerator<Uint8Array> {
    for await (const chunk of store.read(file.path)) {
      context.signal.throwIfAborted();
      bytesRead += chunk.length;
      read.hash.update(chunk);
      yield chunk;
    }
  }

  const unwrapped = format.attaches ? { bytes: bytes(), cut: () => undefined } : unwrapGzip(bytes(), file.name);
  const decoding = format.decode(unwrapped.bytes, context.wanted, facts);
  for await (const batch of decoding.batches) {
    read.rows += batch.records.length + batch.unreadable.length;
    const origin = batch.origin === undefined ? file.name : `${file.name}/${batch.origin}`;
    const hash = format.attaches ? { hash: read.hash.copy().digest('hex') } : {};
    yield { ...batch, origin, file: { ...facts, ...hash } };
  }
  refuseChanged(file, await keeper.use((again) => again.stat(file.path)), bytesRead);
  const { dialect, cut, notes } = decoding.end();
  const reason = unwrapped.cut() ?? (cut === undefined ? undefined : `${file.name}: ${cut}`);
  Object.assign(read, { isWhole: true, contentHash: read.hash.digest('hex'), dialect, cut: reason, notes });
}
