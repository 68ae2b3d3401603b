import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';

/** A body of known length that is read when it is sent, and anew each time that it is sent again. */
export interface UploadBody {
  sizeBytes: number;
  /** Of its content, 64 hex digits, where that is known. */
  sha256?: string;
  /** Gives exactly `sizeBytes`. What it throws is what the exchange throws. */
  open(): AsyncIterable<Uint8Array>;
}

export const isUpload = (body: unknown): body is UploadBody =>
  typeof body === 'object' && body !== null && 'open' in body && 'sizeBytes' in body;

/** SHA-256 of what a body sends, 64 hex digits; an upload whose hash is not known is read for it. */
export async function bodySha256(body: string | Uint8Array | UploadBody = ''): Promise<string> {
  if (!isUpload(body)) return createHash('sha256').update(body).digest('hex');
  if (body.sha256 !== undefined) return body.sha256;
  const hash = createHash('sha256');
  for await (const piece of body.open()) hash.update(piece);
  return hash.digest('hex');
}

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
