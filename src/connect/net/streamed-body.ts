import type { Readable } from 'node:stream';
import { problem } from '../../model/problem.ts';
import { unwrapGzip } from '../bytes/gzip.ts';
import { failureOf } from './failure.ts';

/** The body of an answer as it comes: read once, or discarded. */
export interface BodyStream extends AsyncIterable<Uint8Array> {
  discard(): void;
}

/**
 * Gives a body piece by piece, gzip unpacked; `done` is called when nothing more is read. Reading throws
 * HTTP_UNREACHABLE where the answer breaks off, the signal's reason, GZIP_DAMAGED and GZIP_TOO_LARGE.
 */
export function streamedBody(body: Readable, url: URL, signal: AbortSignal, done: () => void): BodyStream {
  const discard = (): void => {
    body.on('error', () => {});
    body.destroy();
    done();
  };
  async function* raw(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of body) yield chunk as Uint8Array;
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const failure = failureOf(error, url);
      throw failure ? brokenOff(url, failure.reason) : error;
    }
  }
  async function* unpacked(): AsyncGenerator<Uint8Array> {
    const { bytes, cut } = unwrapGzip(raw(), `the answer of ${url.host}`);
    try {
      yield* bytes;
      if (cut() !== undefined) throw brokenOff(url, 'its gzip ends before its own end');
    } finally {
      discard();
    }
  }
  return { discard, [Symbol.asyncIterator]: unpacked };
}

const brokenOff = (url: URL, reason: string) =>
  problem('HTTP_UNREACHABLE', `${url.host} broke its answer off: ${reason}.`, { fix: 'Run again later.' });
