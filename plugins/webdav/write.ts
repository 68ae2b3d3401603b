import { fileFailed, newPushSource, type FileWriter } from '#sdk';
import type { DavAnswer, DavClient } from './client.ts';
import { noFile, noFolder, place, refusalOf, taken } from './failure.ts';
import { factsOf, isFolderThere } from './facts.ts';
import { folderOf, urlOf } from './paths.ts';

/** Creates a file by PUT, on condition that there is none. */
export async function writeTo(client: DavClient, path: string): Promise<FileWriter> {
  const url = urlOf(client.base, path);
  // Asked first, so that it is told before anything is sent.
  if (await factsOf(client, path)) throw taken(path);
  if (!(await isFolderThere(client, folderOf(path)))) throw noFolder(path);
  const source = newPushSource();
  const headers = { 'if-none-match': '*', 'content-type': 'application/octet-stream' };
  const outcome: Promise<{ answer: DavAnswer } | { error: unknown }> = client
    .send('PUT', { url, headers, body: source.stream })
    .then(
      (answer) => ({ answer }),
      (error: unknown) => ({ error }),
    )
    .finally(() => source.stop());
  let isDone = false;

  /** Throws what the transfer failed by. */
  async function settle(): Promise<void> {
    isDone = true;
    const ended = await outcome;
    if ('error' in ended) throw ended.error;
    const { status } = ended.answer;
    await ended.answer.discard();
    if (status === 200 || status === 201 || status === 204) return;
    const meaning = { absent: noFolder(path), conflict: noFolder(path), condition: taken(path) };
    throw refusalOf(status, client.host, path, meaning);
  }

  return {
    async write(chunk) {
      await source.push(chunk);
      if (!source.isStopped()) return;
      await settle();
      throw fileFailed(path, place, 'the server ended the transfer before the file was whole');
    },
    async end() {
      source.finish();
      await settle();
    },
    async abort() {
      if (!isDone) {
        isDone = true;
        source.stream.destroy(new Error('given up'));
        const ended = await outcome;
        if ('answer' in ended) await ended.answer.discard();
      }
      await remove(client, path);
    },
  };
}

/** What is there no more is fine. */
async function remove(client: DavClient, path: string): Promise<void> {
  const answer = await client.send('DELETE', { url: urlOf(client.base, path) });
  await answer.discard();
  if (answer.status >= 300 && answer.status !== 404)
    throw refusalOf(answer.status, client.host, path, { absent: noFile(path) });
}
