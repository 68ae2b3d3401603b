import type { NewMember } from '../bytes/pack-zip.ts';
import { contentOf, spool } from '../bytes/spool.ts';
import { blockBytes, makeHeader } from './tar-header.ts';

/** The most that the size in a header can say. */
const maxMemberBytes = 8 * 1024 ** 3 - 1;

/**
 * Packs members into a tar. A header says how long its member is, so each lies on disk before it is written. Members carry
 * no time, so that the same content is the same file.
 */
export async function* packTar(members: AsyncIterable<NewMember>): AsyncGenerator<Uint8Array> {
  for await (const { name, bytes } of members) {
    const spooled = await spool(bytes, maxMemberBytes);
    const { sizeBytes } = spooled;
    try {
      if (Buffer.byteLength(name) > 100) yield* extraHeader(name);
      yield makeHeader({ name: Buffer.byteLength(name) > 100 ? 'long' : name, kind: '0', sizeBytes });
      yield* contentOf(spooled);
      yield padding(sizeBytes);
    } finally {
      await spooled.close();
    }
  }
  yield Buffer.alloc(2 * blockBytes);
}

function* extraHeader(name: string): Generator<Uint8Array> {
  const bare = Buffer.byteLength(` path=${name}\n`);
  let length = bare + 1;
  while (String(length).length + bare !== length) length = String(length).length + bare;
  const record = Buffer.from(`${length} path=${name}\n`);
  yield makeHeader({ name: 'PaxHeader', kind: 'x', sizeBytes: record.length });
  yield record;
  yield padding(record.length);
}

const padding = (sizeBytes: number): Buffer => Buffer.alloc((blockBytes - (sizeBytes % blockBytes)) % blockBytes);
