/** Which requests a fault hits; without a condition every request. */
export interface FaultTarget {
  method?: string;
  /** Path below /api/v1: exact, or a pattern. */
  path?: string | RegExp;
  /** Only this page of a list, counted from 1. */
  page?: number;
  /** Lets so many matching requests pass first; default 0. */
  skip?: number;
  /** How many requests are hit; default 1, `Infinity` for all. */
  times?: number;
}

/**
 * What goes wrong. `status`: an error before anything is done. `reset`: the connection is reset before anything is done.
 * `slow`: the answer comes late (other faults still apply). `loseAnswer`: the work is done, then the connection is dropped.
 * `cutAnswer`: the work is done, half of the answer is sent. `html`: a page of HTML with 200, nothing is done.
 * `overlap`: the page repeats the last items of the page before.
 */
export type FaultKind =
  | { kind: 'status'; status: number; retryAfterSeconds?: number }
  | { kind: 'reset' }
  | { kind: 'slow'; delayMs: number }
  | { kind: 'loseAnswer' }
  | { kind: 'cutAnswer' }
  | { kind: 'html' }
  | { kind: 'overlap'; items: number };

export type Fault = FaultTarget & FaultKind;

/** A request as faults and hooks see it. */
export interface SeenRequest {
  method: string;
  /** Path below /api/v1. */
  path: string;
  /** Page of the list, from 1. */
  page: number;
  body: Buffer;
}

/** Faults on demand. They wait in a queue; each is gone once it hit `times` requests. */
export interface LmsFaults {
  add(...faults: Fault[]): void;
  clear(): void;
  /** Faults that did not yet hit all of their requests. */
  readonly waiting: number;
  /** Awaited after a changing request was committed and before it is answered. */
  onCommitted: ((request: SeenRequest) => void | Promise<void>) | undefined;
  /** Awaited when a request was read and before anything is done. */
  onReceived: ((request: SeenRequest) => void | Promise<void>) | undefined;
}

/** Faults and how the server takes those that hit a request. */
export interface FaultQueue extends LmsFaults {
  take(request: SeenRequest): Fault[];
}

/** An empty queue. */
export function newFaults(): FaultQueue {
  let queue: (Fault & { skip: number; times: number })[] = [];
  return {
    onCommitted: undefined,
    onReceived: undefined,
    get waiting() {
      return queue.length;
    },
    add(...faults) {
      queue.push(...faults.map((fault) => ({ ...fault, skip: fault.skip ?? 0, times: fault.times ?? 1 })));
    },
    clear() {
      queue = [];
    },
    take(request) {
      const taken: Fault[] = [];
      for (const fault of queue) {
        // One fault decides; only delays add up.
        if (!hits(fault, request) || (fault.kind !== 'slow' && taken.some(({ kind }) => kind !== 'slow'))) continue;
        if (fault.skip > 0) {
          fault.skip -= 1;
          continue;
        }
        fault.times -= 1;
        taken.push(fault);
      }
      queue = queue.filter(({ times }) => times > 0);
      return taken;
    },
  };
}

function hits(fault: FaultTarget, request: SeenRequest): boolean {
  if (fault.method && fault.method !== request.method) return false;
  if (fault.page !== undefined && fault.page !== request.page) return false;
  if (fault.path === undefined) return true;
  return typeof fault.path === 'string' ? fault.path === request.path : fault.path.test(request.path);
}
