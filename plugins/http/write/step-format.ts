import { isProblem, problem, type Failure, type Fields } from '#sdk';
import type { JudgedAnswer } from '../ask-judged.ts';
import type { ApiRequest } from '../compose.ts';
import type { Session } from '../session.ts';

/** Of one answer, which stands in memory whole while its records are matched. */
const maxAnswerBytes = 256 * 1024 * 1024;

/** The same request, whose answer comes as bytes unless it is JSON or a page, which say something else. */
export function takingBytes(request: ApiRequest): ApiRequest {
  const { again, headers } = request;
  const accept = headers.accept === 'application/json' ? { headers: { ...headers, accept: '*/*' } } : {};
  const streams = (contentType: string): boolean => !/\bhtml\b|[/+]json\b/i.test(contentType);
  return { ...request, ...accept, streams, ...(again ? { again: async () => takingBytes(await again()) } : {}) };
}

/** The answer with the list of its records as body. An answer that breaks off is lost. */
export async function inFormat(
  { openFormat }: Session,
  written: unknown,
  made: JudgedAnswer,
): Promise<JudgedAnswer | Failure> {
  const { stream, ...answer } = made.answer;
  if (!stream) return made;
  if (!openFormat) throw new TypeError('formats are opened by the workspace');
  try {
    const bytes = await collected(stream, answer.url);
    if (bytes.length === 0) return { ...made, answer: { ...answer, body: [] } };
    const decoding = openFormat(written).decode(inOnePiece(bytes), []);
    const records: Fields[] = [];
    for await (const batch of decoding.batches) records.push(...batch.records);
    const { cut } = decoding.end();
    return cut === undefined
      ? { ...made, answer: { ...answer, body: records } }
      : { is: 'lost', reason: `the answer is not whole: ${cut}` };
  } catch (error) {
    if (!isProblem(error) || error.code !== 'HTTP_UNREACHABLE') throw error;
    return { is: 'lost', reason: error.message };
  }
}

async function collected(stream: AsyncIterable<Uint8Array>, { host }: URL): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of stream) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxAnswerBytes) {
      const most = `${maxAnswerBytes / 1024 / 1024} MB`;
      throw problem('HTTP_ANSWER_TOO_LARGE', `An answer of ${host} is larger than ${most}.`, {
        fix: 'Write smaller batches, so that their results are smaller too.',
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function* inOnePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
