import { Readable } from 'node:stream';

/** Bytes that a writer pushes and the network pulls. At most 1 MB waits between the two. */
export interface PushSource {
  stream: Readable;
  /** Resolves when the network asks for the first byte, or never will. */
  isAsked: Promise<void>;
  /** Nobody takes bytes any more. */
  isStopped(): boolean;
  /** Waits while too much waits. */
  push(chunk: Uint8Array): Promise<void>;
  /** No more bytes will come. */
  finish(): void;
  /** Who waits goes on, and bytes are taken no more. */
  stop(): void;
}

const heldBytes = 1024 * 1024;

/** For transfers that want a stream, where a store's port gives chunks one by one. */
export function newPushSource(): PushSource {
  let asked = () => {};
  let wake = () => {};
  let isStopped = false;
  const isAsked = new Promise<void>((resolve) => (asked = resolve));
  const stream = new Readable({
    highWaterMark: heldBytes,
    read() {
      asked();
      wake();
    },
  });
  // Of a transfer that is given up its own promise tells.
  stream.on('error', () => {});
  return {
    stream,
    isAsked,
    isStopped: () => isStopped,
    async push(chunk) {
      if (isStopped) return;
      const drained = new Promise<void>((resolve) => (wake = resolve));
      // A copy: the caller may fill its buffer anew while this piece waits.
      if (!stream.push(Buffer.from(chunk))) await drained;
    },
    finish: () => void stream.push(null),
    stop() {
      isStopped = true;
      asked();
      wake();
    },
  };
}
