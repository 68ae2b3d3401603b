import { createHash } from 'node:crypto';
import { defineFormat, field, problem, type DecodedBatch, type Decoding, type FileFacts } from '#sdk';

/** Files as they are: each is one record, and its content goes where the record goes. */
export default defineFormat({
  name: 'file',
  summary:
    'Each file is one record with the file attached: `name`, `path`, `size` (bytes), `mtime` (UTC milliseconds), `hash` (SHA-256). The content is read where it is sent, and never held.',
  attaches: true,
  options: field.object({}, { about: 'The format has no options.' }),
  open: () => ({
    name: 'file',
    attaches: true,
    decode: (bytes, _wanted, file) => decode(bytes, file),
    encode() {
      throw ofFilesOnly();
    },
  }),
});

function decode(bytes: AsyncIterable<Uint8Array>, file: FileFacts | undefined): Decoding {
  if (!file) throw ofFilesOnly();
  async function* batches(): AsyncGenerator<DecodedBatch> {
    const hash = createHash('sha256');
    for await (const chunk of bytes) hash.update(chunk);
    const record = { ...file, hash: hash.digest('hex') };
    yield { records: [record], lines: Uint32Array.of(1), unreadable: [], columns: Object.keys(record) };
  }
  return { batches: batches(), end: () => ({ dialect: { format: 'file', options: {} } }) };
}

const ofFilesOnly = () =>
  problem(
    'FORMAT_WITHOUT_FILE',
    '`format: file` is no form of records: it stands beside a source or a sink of files.',
    {
      fix: 'Name a format that writes records, such as csv or json.',
    },
  );
