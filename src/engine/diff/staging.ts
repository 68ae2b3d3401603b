import { randomBytes } from 'node:crypto';
import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Fields } from '../../model/record.ts';
import { openWith, sealWith } from '../../store/vault/index.ts';
import { RunBudget } from './budget.ts';
import { diskProblem } from './disk-problem.ts';

/** A changed record on its way from phase one to phase two. */
export interface Staged {
  /** Index in the ledger; -1 where nothing is compared. */
  entry: number;
  key: string;
  line: number;
  origin: number;
  /** Source form, for a reject. */
  source: Fields;
  record: Fields;
  /** What `as:` named before the diff. */
  names?: Fields;
}

const CHUNK_RECORDS = 500;
const HEAD_BYTES = 4;
/** Bound to each chunk. */
const CONTEXT = 'staging';

/**
 * Changed records in file order (or rows that wait for others of their key), on disk, sealed under a key that lives in memory only (S4): a killed run leaves nothing
 * that can be read. Each chunk is its length (4) and what `sealWith` makes.
 */
export class Staging<T = Staged> {
  count = 0;
  private readonly key = randomBytes(32);
  private pending: T[] = [];
  private file: FileHandle | undefined;
  private readonly path: string;
  private readonly budget: RunBudget;

  constructor(path: string, budget = new RunBudget()) {
    this.path = path;
    this.budget = budget;
  }

  /** Throws DISK_OVER_BUDGET, STAGING_DISK_FULL, STAGING_DENIED, as `flush` does. */
  async add(staged: T): Promise<void> {
    this.pending.push(staged);
    this.count++;
    if (this.pending.length >= CHUNK_RECORDS) await this.flush();
  }

  /** Writes what is still in memory; call it before reading. */
  async flush(): Promise<void> {
    if (this.pending.length === 0) return;
    const plain = Buffer.from(JSON.stringify(this.pending));
    this.pending = [];
    const sealed = sealWith(this.key, plain, CONTEXT);
    const head = Buffer.alloc(HEAD_BYTES);
    head.writeUInt32BE(sealed.length);
    await this.write(Buffer.concat([head, sealed]));
  }

  private async write(chunk: Uint8Array): Promise<void> {
    this.budget.takeDisk(chunk.length);
    try {
      if (!this.file) {
        await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
        this.file = await open(this.path, 'wx+', 0o600);
        // Without a name from the first byte on: a killed run leaves nothing to sweep.
        await rm(this.path);
      }
      await this.file.appendFile(chunk);
    } catch (error) {
      throw diskProblem(error, 'the changed records');
    }
  }

  /** Chunks in the order they were staged; may be read more than once. */
  async *read(): AsyncIterable<T[]> {
    await this.flush();
    if (!this.file) return;
    let position = 0;
    const head = Buffer.alloc(HEAD_BYTES);
    for (;;) {
      const { bytesRead } = await this.file.read(head, 0, head.length, position);
      if (bytesRead < head.length) return;
      const sealed = Buffer.alloc(head.readUInt32BE(0));
      await this.file.read(sealed, 0, sealed.length, position + head.length);
      position += head.length + sealed.length;
      yield JSON.parse(Buffer.from(openWith(this.key, sealed, CONTEXT)).toString()) as T[];
    }
  }

  /** Closes the file, and with that it is gone. */
  async drop(): Promise<void> {
    await this.file?.close();
    this.file = undefined;
  }
}
