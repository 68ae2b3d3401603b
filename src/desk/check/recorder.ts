import type { OpenSink } from '../../connect/sdk/index.ts';
import { operations, type Fields, type Operation } from '../../model/record.ts';

/** One record as a sink was sent it. */
export interface Sent {
  sink: string;
  operation: Operation;
  record: Fields;
}

const rule = Object.freeze({ size: 500, atomic: true, repeat: 'safe' as const });

/** A sink that takes everything and only writes down what it was sent. */
export function recorder(sink: string, sent: Sent[]): OpenSink {
  return {
    rules: Object.fromEntries(operations.map((operation) => [operation, rule])),
    retry: { attempts: 1, fromMs: 0, toMs: 0, withinMs: 0 },
    concurrency: 1,
    key: [],
    commits: 'batch',
    write({ operation, items }) {
      for (const { record } of items) sent.push({ sink, operation, record });
      return Promise.resolve({ is: 'answered', outcomes: items.map(() => ({ is: 'delivered' as const })) });
    },
    close: () => Promise.resolve(),
  };
}
