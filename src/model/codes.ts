import type { ProblemClass } from './problem.ts';

interface CodeEntry {
  class: ProblemClass;
  /** What it means and what to do, for the manual. */
  about: string;
}

const listed = <T extends Record<string, CodeEntry>>(entries: T): T => Object.freeze(entries);

/** Every code that Portolan's own floors and plugins use. The manual's page of problems is made from it. */
export const codes = listed({
  // src/workspace
  WORKSPACE_NOT_FOUND: {
    class: 'config',
    about: 'No portolan.yaml in this folder or above it. Run `portolan init`, or go to the workspace.',
  },
  // src/engine
  COUNTS_DISAGREE: {
    class: 'bug',
    about: 'The counts of a run do not add up. Nothing is trusted: the run is failed. Please report it.',
  },
  PIPELINE_LOCKED: { class: 'fatal', about: 'Another run holds the snapshot. This run is skipped.' },
  LOCK_LOST: {
    class: 'fatal',
    about: 'The run lost its lock to another process and stopped before it committed anything more.',
  },
});

export type Code = keyof typeof codes;
