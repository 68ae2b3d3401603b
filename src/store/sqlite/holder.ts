import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Holder } from '../ports.ts';

/** A lock whose holder was not heard of for so long is free. */
export const LEASE_MS = 30_000;

let known: Holder | undefined;

/**
 * This process. The boot id carries the process namespace: containers on one kernel share the boot and not the process
 * numbers. Where there is no /proc both are empty, and only the lease tells.
 */
export function thisProcess(): Holder {
  known ??= { host: hostname(), bootId: bootId(), pid: process.pid, processStart: processStart(process.pid) ?? '' };
  return known;
}

function bootId(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return '';
  }
}

/** Field 22 of /proc/PID/stat (proc(5)): clock ticks since boot. Undefined for no process, or one that is dead and not reaped. */
function processStart(pid: number): string | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  // Field 2 is the command in parentheses and may hold blanks and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

/** True and false only where this process can see the holder; undefined elsewhere. */
export function isAlive(holder: Holder): boolean | undefined {
  const me = thisProcess();
  if (me.bootId === '' || holder.host !== me.host || holder.bootId !== me.bootId) return undefined;
  const start = processStart(holder.pid);
  if (start === undefined && isHidden(holder.pid)) return undefined;
  return start === holder.processStart;
}

/** A process of another account can be there although /proc does not show it (mount option hidepid). */
function isHidden(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Is a lock free: its holder dead, or not heard of for the lease? A heartbeat far ahead means that the clock was set back. */
export function isGone(holder: Holder, heartbeatAt: number, now: number): boolean {
  return isAlive(holder) === false || Math.abs(now - heartbeatAt) > LEASE_MS;
}
