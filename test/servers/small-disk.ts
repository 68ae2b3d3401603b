import { execFileSync } from 'node:child_process';

/** A disk of 256 KB, which only root may make; in CI it must be possible, elsewhere a machine may forbid it. */
export function withSmallDisk(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k,mode=777', 'tmpfs', folder], { stdio: 'pipe' });
    return true;
  } catch (error) {
    if (process.env['CI']) throw error;
    return false;
  }
}

export const unmount = (folder: string): void => void execFileSync('umount', [folder]);
