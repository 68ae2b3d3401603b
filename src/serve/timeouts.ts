/** How long a sender may take, in milliseconds: a connection that is held open by drips serves nobody. */
export interface Timeouts {
  /** For the headers of a request. */
  headersMs: number;
  /** For the whole request. */
  requestMs: number;
  /** Between two requests of one connection. */
  idleMs: number;
}

export const defaultTimeouts: Timeouts = Object.freeze({ headersMs: 10_000, requestMs: 30_000, idleMs: 5_000 });
