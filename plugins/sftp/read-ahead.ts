import type { Stats } from 'ssh2';
import type { SftpSession } from './session.ts';
import { told } from './failure.ts';

const pieceBytes = 32 * 1024;
/** Measured on loopback: 64 requests in flight read seven times as fast as a plain stream, 128 no faster. */
const maxInFlight = 64;
const endOfFile = 1;

/** A file's content from a byte on, by many requests at once; at most 2 MB are held. */
export async function* readAhead(session: SftpSession, path: string, fromByte: number): AsyncGenerator<Uint8Array> {
  const { sftp, ask } = session;
  const handle = await told(path, 'FILE_MISSING', () => ask<Buffer>((done) => sftp.open(path, 'r', done)));
  const pieces: Promise<Buffer>[] = [];
  try {
    const { size } = await told(path, 'FILE_MISSING', () => ask<Stats>((done) => sftp.fstat(handle, done)));
    let asked = fromByte;
    for (;;) {
      // Beyond the known size one request after the other, to see whether the file has grown.
      while (pieces.length < maxInFlight && (asked < size || pieces.length === 0)) {
        const piece = readPiece(session, handle, asked);
        piece.catch(() => {});
        pieces.push(piece);
        asked += pieceBytes;
      }
      const piece = await told(path, 'FILE_MISSING', () => pieces.shift()!);
      if (piece.length > 0) yield piece;
      if (piece.length < pieceBytes) return;
    }
  } finally {
    await Promise.allSettled(pieces);
    await ask<void>((done) => sftp.close(handle, (error) => done(error, undefined))).catch(() => {});
  }
}

/** Servers may answer with less than was asked for; only an end of file ends a piece early. */
async function readPiece({ sftp, ask }: SftpSession, handle: Buffer, position: number): Promise<Buffer> {
  const piece = Buffer.allocUnsafe(pieceBytes);
  let held = 0;
  while (held < pieceBytes) {
    const at = held;
    const received = await ask<number>((done) =>
      sftp.read(handle, piece, at, pieceBytes - at, position + at, (error, bytes) =>
        error && (error as { code?: unknown }).code !== endOfFile ? done(error, 0) : done(undefined, bytes ?? 0),
      ),
    );
    if (received === 0) break;
    held += received;
  }
  return piece.subarray(0, held);
}
