import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';

/** A member to be packed: its name and its bytes. */
export interface NewMember {
  name: string;
  bytes: AsyncIterable<Uint8Array>;
}

/** Members carry no time, so that the same content is the same file. */
const noTime = new Date(1980, 0, 1);

/** Packs members into a ZIP one after another, streaming. A later member may depend on what was learned from an earlier one. */
export async function* packZip(members: AsyncIterable<NewMember>): AsyncGenerator<Uint8Array> {
  const { ZipFile } = (await import('yazl')).default;
  const zip = new ZipFile();
  const out = zip.outputStream as Readable;
  let current: Readable | undefined;
  const feeding = feed().catch((error: unknown) => {
    out.destroy(error as Error);
  });

  async function feed(): Promise<void> {
    for await (const { name, bytes } of members) {
      if (out.destroyed) return;
      current = Readable.from(bytes, { objectMode: false });
      zip.addReadStream(current, name, { mtime: noTime, mode: 0o100644, forceDosTimestamp: true });
      await finished(current, { writable: false });
    }
    zip.end();
  }

  zip.on('error', (error) => out.destroy(error));
  try {
    for await (const chunk of out as AsyncIterable<Buffer>) yield chunk;
  } finally {
    out.destroy();
    current?.destroy();
    await feeding;
  }
}
