import { createGunzip, createGzip, type Gunzip } from 'node:zlib';
import { isProblem, problem } from '../../model/problem.ts';
import { peek } from './peek.ts';

/** Bytes out of their wrapping. `cut` is known after the iteration: why the content is not whole. */
export interface Unwrapped {
  bytes: AsyncIterable<Uint8Array>;
  cut(): string | undefined;
}

/** Above this a file is taken for a bomb rather than for data. */
const maxUnpackedBytes = 32 * 1024 ** 3;
// A piece this small unpacks to 16 MB at most, so that a bomb can't fill the memory.
const pieceBytes = 16 * 1024;

/**
 * Unpacks gzip, which is told by its first two bytes; other bytes pass as they are. Half a gzip ends early with `cut`.
 * Throws GZIP_DAMAGED (also where a name promises gzip and the content is none) and GZIP_TOO_LARGE.
 */
export function unwrapGzip(
  bytes: AsyncIterable<Uint8Array>,
  name: string,
  limitBytes: number = maxUnpackedBytes,
): Unwrapped {
  let cut: string | undefined;
  async function* run(): AsyncGenerator<Uint8Array> {
    const { first, all } = await peek(bytes, 2);
    const isGzip = first[0] === 0x1f && first[1] === 0x8b;
    if (isGzip) {
      cut = yield* unpack(all(), name, limitBytes);
      return;
    }
    if (/\.gz$/i.test(name) && first.length > 0)
      throw problem('GZIP_DAMAGED', `The name of ${name} promises gzip, and its content is something else.`, {
        fix: 'Ask the sender how the file is made, or drop .gz from its name.',
      });
    yield* all();
  }
  return { bytes: run(), cut: () => cut };
}

async function* unpack(
  bytes: AsyncIterable<Uint8Array>,
  name: string,
  limitBytes: number,
): AsyncGenerator<Uint8Array, string | undefined> {
  const gunzip = createGunzip();
  const out: Uint8Array[] = [];
  let unpackedBytes = 0;
  let failure: NodeJS.ErrnoException | undefined;
  // A listener, not the stream's iterator: what was unpacked before an error must not be lost with it.
  gunzip.on('data', (chunk: Uint8Array) => out.push(chunk));
  // zlib gives no call back to a write that fails.
  let release: (() => void) | undefined;
  gunzip.on('error', (error) => {
    failure = error;
    release?.();
  });
  const take = () => {
    const taken = out.splice(0);
    for (const chunk of taken) unpackedBytes += chunk.length;
    if (unpackedBytes > limitBytes) throw tooLarge(name, limitBytes);
    return taken;
  };
  try {
    for await (const chunk of bytes) {
      for (let start = 0; start < chunk.length && !failure; start += pieceBytes) {
        await new Promise<void>((resolve) => {
          release = resolve;
          gunzip.write(chunk.subarray(start, start + pieceBytes), () => resolve());
        });
        yield* take();
      }
      if (failure) break;
    }
    if (!failure) await finish(gunzip);
    yield* take();
  } catch (error) {
    if (isProblem(error) || !failure) throw error;
  } finally {
    gunzip.destroy();
  }
  if (!failure) return undefined;
  if (failure.code === 'Z_BUF_ERROR') return `${name} is half a gzip: it ends before its own end`;
  throw problem('GZIP_DAMAGED', `The gzip ${name} is damaged: ${failure.message}.`, {
    fix: 'Ask for the file once more.',
    cause: failure,
  });
}

const finish = (gunzip: Gunzip): Promise<void> =>
  new Promise((resolve) => {
    gunzip.once('end', resolve);
    gunzip.once('error', () => resolve());
    gunzip.end();
  });

const tooLarge = (name: string, limitBytes: number) =>
  problem('GZIP_TOO_LARGE', `${name} unpacks to more than ${Math.round(limitBytes / 1024 ** 2)} MB.`, {
    fix: 'Check that it is the right file; a larger one must be delivered in parts.',
  });

/** Packs with gzip, streaming. */
export async function* wrapGzip(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gzip = createGzip();
  const out: Uint8Array[] = [];
  gzip.on('data', (chunk: Uint8Array) => out.push(chunk));
  try {
    for await (const chunk of bytes) {
      await new Promise<void>((resolve, reject) => gzip.write(chunk, (error) => (error ? reject(error) : resolve())));
      yield* out.splice(0);
    }
    await new Promise<void>((resolve, reject) => {
      gzip.once('end', resolve).once('error', reject);
      gzip.end();
    });
    yield* out.splice(0);
  } finally {
    gzip.destroy();
  }
}
