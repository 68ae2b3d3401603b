import type { InboundRequest, Judgement, OpenReceive } from '../connect/sdk/index.ts';
import { isProblem } from '../model/problem.ts';
import type { Reception } from '../store/index.ts';

/** A door to an inbox. */
export interface Door extends OpenReceive {
  /** `CONNECTION/EVENT`. */
  name: string;
  /** Stores an event durably. Throws what the store throws. */
  store(event: Extract<Judgement, { is: 'accepted' }>): Promise<Reception>;
}

/** What is answered. Never a body: a sender that is not verified learns nothing. */
export interface Reply {
  status: number;
  headers?: Record<string, string>;
}

/** What happened at a door, for the log: nothing of what the request held. */
export type DoorEvent = Reception | Exclude<Judgement['is'], 'accepted'> | { failed: string };

/** How long a sender is asked to wait where there is no room, in seconds. */
const WAIT_S = '60';

/** Judges a request and stores what is accepted; 200 only when it is on the disk. */
export async function takeAt(door: Door, request: InboundRequest, tell: (event: DoorEvent) => void): Promise<Reply> {
  const judgement = await door.judge(request);
  if (judgement.is !== 'accepted') {
    tell(judgement.is);
    return { status: judgement.is === 'refused' ? 401 : 400 };
  }
  try {
    const reception = await door.store(judgement);
    tell(reception);
    return reception === 'full' ? noRoom : { status: 200 };
  } catch (error) {
    tell({ failed: isProblem(error) ? error.code : 'UNEXPECTED' });
    return noRoom;
  }
}

const noRoom: Reply = Object.freeze({ status: 503, headers: { 'retry-after': WAIT_S } });
