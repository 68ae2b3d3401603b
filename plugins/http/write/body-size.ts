import { isProblem, isUpload, problem, type Operation, type Problem, type WriteItem } from '#sdk';
import { composeBody } from '../compose-body.ts';
import type { Session } from '../session.ts';
import type { StepRule } from '../schema/step.ts';
import type { OperationDocument, TargetRule } from '../schema/write.ts';
import { documentOf, stepsOf } from './operation.ts';
import { prepareItems, type Prepared } from './prepare.ts';
import { inputOf, scopeOf, type Sending } from './sending.ts';

/** As long as any idempotency key, so that what is measured is never smaller than what is sent. */
const anyKey = 'x'.repeat(64);

/** Bytes of one body at most; undefined where the document sets no bound. */
export const bytesAtMost = ({ batch }: OperationDocument): number | undefined =>
  typeof batch === 'object' ? (batch as { bytes?: number }).bytes : undefined;

/**
 * Bytes of the largest body as it would be sent; in a chain without what earlier steps answer. A body that can't be made
 * has none: its records are rejected when it is sent.
 */
export async function bodySizeBytes(sending: Sending): Promise<number> {
  const sizes: number[] = [];
  for (const step of stepsOf(sending.document)) sizes.push(await stepSizeBytes(sending, step));
  return Math.max(...sizes);
}

async function stepSizeBytes(sending: Sending, step: StepRule): Promise<number> {
  try {
    const { body } = await composeBody(sending.session, step, inputOf(sending), sending.scope);
    if (isUpload(body)) return body.sizeBytes;
    return body === undefined ? 0 : Buffer.byteLength(body);
  } catch (error) {
    if (!isProblem(error) || error.class !== 'data') throw error;
    return 0;
  }
}

/** Sizes of the requests that these records must be divided into, so that no body is over the bound: halves, until each fits. */
export async function divideByBytes(
  session: Session,
  target: TargetRule,
  operation: Operation,
  items: readonly WriteItem[],
): Promise<number[]> {
  const document = documentOf(target, operation);
  const most = document && bytesAtMost(document);
  if (!document || most === undefined) return [items.length];
  const fits = async (some: readonly WriteItem[]): Promise<boolean> => {
    const batch = { once: anyKey, operation, items: some };
    const { prepared } = await prepareItems(session, target, document, batch);
    const sending = {
      session,
      target,
      document,
      prepared,
      scope: scopeOf(session, document, prepared, anyKey),
      answers: {},
    };
    return (await bodySizeBytes(sending)) <= most;
  };
  const divide = async (some: readonly WriteItem[]): Promise<number[]> => {
    if (some.length <= 1 || (await fits(some))) return [some.length];
    const middle = Math.ceil(some.length / 2);
    return [...(await divide(some.slice(0, middle))), ...(await divide(some.slice(middle)))];
  };
  return divide(items);
}

/** Why a record can't be sent that is over the bound alone; undefined where it can. */
export async function tooLarge(sending: Sending): Promise<Problem | undefined> {
  const most = bytesAtMost(sending.document);
  if (most === undefined || sending.prepared.length > 1) return undefined;
  const sizeBytes = await bodySizeBytes(sending);
  if (sizeBytes <= most) return undefined;
  const sizes = `${sizeBytes} bytes, and the target takes ${most} in one body`;
  return problem('HTTP_BODY_TOO_LARGE', `The record alone makes a body of ${sizes}.`, {
    fix: 'Send less of it, or raise `batch.bytes` of the connector if the API takes more.',
  });
}

/** Why the first body can't be made of this record alone; undefined where it can. */
export async function faultAlone(sending: Sending, one: Prepared, once: string): Promise<Problem | undefined> {
  const { session, document } = sending;
  const [first] = stepsOf(document);
  const alone = { document, prepared: [one] };
  try {
    if (first) await composeBody(session, first, inputOf(alone), scopeOf(session, document, [one], once));
    return undefined;
  } catch (error) {
    if (!isProblem(error) || error.class !== 'data') throw error;
    return error;
  }
}
