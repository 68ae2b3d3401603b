/** What one evaluation may use (S26). */
export const limits = Object.freeze({
  /** Wall time of one evaluation. */
  timeMs: 500,
  /** Nested evaluations; about five for each call of a function of one's own. */
  depth: 1000,
  /** Items of one sequence. */
  sequence: 1_000_000,
  /** Characters that `$pad` may add up to. */
  textLength: 1_000_000,
});

/** Evaluations that have begun and not ended. They take turns, so each of them sees the time of all. */
let running = 0;

/** Counts an evaluation as running; the returned function ends it. */
export function beginEvaluation(): () => void {
  running++;
  return () => {
    running--;
  };
}

/** jsonata's guardrails. The time is read at every step, so that five hundred evaluations side by side don't time out. */
export const guardrails = Object.freeze({
  get timeout() {
    return limits.timeMs * Math.max(1, running);
  },
  stack: limits.depth,
  sequence: limits.sequence,
});
