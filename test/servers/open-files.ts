import { readdirSync, readlinkSync } from 'node:fs';

/** How many files below a folder other processes hold open, by /proc; those just being closed get a moment for it. */
export async function openFilesBelow(folder: string): Promise<number> {
  let count = countBelow(folder);
  for (let tries = 0; count > 0 && tries < 100; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    count = countBelow(folder);
  }
  return count;
}

function countBelow(folder: string): number {
  let count = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)) {
    try {
      for (const fd of readdirSync(`/proc/${pid}/fd`))
        if (readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith(`${folder}/`)) count += 1;
    } catch {
      // The process or the descriptor has gone meanwhile.
    }
  }
  return count;
}
