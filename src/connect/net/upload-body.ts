import { Readable } from 'node:stream';

/** A body of known length that is read when it is sent, and anew each time that it is sent again. */
export interface UploadBody {
  sizeBytes: number;
  /** Gives exactly `sizeBytes`. What it throws is what the exchange throws. */
  open(): AsyncIterable<Uint8Array>;
}

export const isUpload = (body: unknown): body is UploadBody =>
  typeof body === 'object' && body !== null && 'open' in body && 'sizeBytes' in body;

/** The body for the network; `moved` is called with each piece, so that a long way is no standstill. */
export function uploadStream(body: UploadBody, moved: () => void): Readable {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for await (const piece of body.open()) {
      moved();
      yield piece;
    }
  }
  return Readable.from(pieces(), { objectMode: false });
}
