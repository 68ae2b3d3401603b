import { fileFailed } from '#sdk';
import type { DavClient } from './client.ts';
import { isFolder, noFile, notDav, place, refusalOf } from './failure.ts';
import { urlOf } from './paths.ts';

/** A file's content from a byte on, by a range. */
export async function* readFrom(client: DavClient, path: string, fromByte: number): AsyncGenerator<Uint8Array> {
  const headers: Record<string, string> = fromByte > 0 ? { range: `bytes=${fromByte}-` } : {};
  const answer = await client.send('GET', { url: urlOf(client.base, path), headers });
  const { status } = answer;
  const type = answer.headers['content-type'] ?? '';
  const coding = answer.headers['content-encoding'] ?? 'identity';
  const refusal =
    // A folder is answered by a page of its own, behind a slash.
    answer.isRedirected && answer.url.pathname.endsWith('/')
      ? isFolder(path)
      : answer.isRedirected && /html/i.test(type)
        ? notDav(client.host, 'it answers a web page')
        : status !== 200 && status !== 206 && status !== 416
          ? refusalOf(status, client.host, path, { absent: noFile(path) })
          : coding !== 'identity' && status !== 416
            ? fileFailed(path, place, `the server packs it (${coding}), though that was declined`)
            : undefined;
  if (refusal || status === 416) {
    await answer.discard();
    // Nothing is beyond the end.
    if (!refusal) return;
    throw refusal;
  }
  // Servers need not know ranges; then all that was not asked for is passed over.
  let skipBytes = status === 206 ? 0 : fromByte;
  for await (const chunk of answer.body) {
    const skipped = Math.min(skipBytes, chunk.length);
    skipBytes -= skipped;
    if (skipped < chunk.length) yield chunk.subarray(skipped);
  }
}
