import { execFileSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** A server's process on a port of 127.0.0.1. */
export interface Listening<P extends ChildProcess> {
  port: number;
  child: P;
}

/**
 * Starts a server on a free port. A port that was free a moment ago may be somebody else's by now, then the next one is
 * tried. `untilReady` waits for the server's own word, as an open port alone could be another server's; it gives what the
 * server said where it ended instead.
 */
export async function listening<P extends ChildProcess>(
  name: string,
  start: (port: number) => Promise<P>,
  untilReady: (child: P, port: number) => Promise<string | undefined>,
): Promise<Listening<P>> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const child = await start(port);
    const refusal = await untilReady(child, port);
    if (refusal === undefined) return { port, child };
    if (attempt === 10 || !/address already in use|could not bind/i.test(refusal))
      throw new Error(`${name} did not open its port ${port}: ${refusal}`);
  }
}

/** A port of 127.0.0.1 that nobody listens on just now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Processes that a server made for its connections; only its own children are ever ended. */
export function childrenOf(pid: number): number[] {
  try {
    const listed = execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
    return listed
      .split('\n')
      .map(Number)
      .filter((child) => child > 0);
  } catch {
    return [];
  }
}

/** Ends a process of ours with all that it made. */
export function killTree(pid: number): void {
  childrenOf(pid).forEach(killTree);
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** Ends a server and waits until it is gone. */
export async function endOf(child: ChildProcess): Promise<void> {
  childrenOf(child.pid!).forEach(killTree);
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
