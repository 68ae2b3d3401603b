import { closeSync, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { RunBudget } from './budget.ts';
import { diskProblem } from './disk-problem.ts';

/**
 * A file below `.portolan/runs` for what memory does not hold. It has no name from the first byte on, so that a killed run
 * leaves nothing; numbers and keyed hashes go there, nothing personal.
 */
export class ScratchFile {
  private readonly path: string;
  private readonly budget: RunBudget;
  private file: number | undefined;

  constructor(path: string, budget: RunBudget) {
    this.path = path;
    this.budget = budget;
  }

  /** Writes where nothing was before: space is taken of the budget. */
  extend(bytes: Uint8Array, position: number): void {
    this.budget.takeDisk(bytes.length);
    try {
      this.write(bytes, position);
    } catch (error) {
      this.budget.giveDisk(bytes.length);
      throw error;
    }
  }

  write(bytes: Uint8Array, position: number): void {
    try {
      this.file ??= openNameless(this.path);
      for (let done = 0; done < bytes.length;) {
        done += writeSync(this.file, bytes, done, bytes.length - done, position + done);
      }
    } catch (error) {
      throw diskProblem(error, 'the comparison', this.budget.mayHaveDelivered);
    }
  }

  /** Fills `bytes`; only what was written before can be read. */
  read(bytes: Uint8Array, position: number): void {
    for (let done = 0; done < bytes.length;) {
      const count = readSync(this.file as number, bytes, done, bytes.length - done, position + done);
      if (count === 0) throw new Error('the scratch file of the comparison ends too early');
      done += count;
    }
  }

  /** Closes the file, and with that it is gone. */
  drop(): void {
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
  }
}

function openNameless(path: string): number {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const file = openSync(path, 'wx+', 0o600);
  rmSync(path);
  return file;
}
