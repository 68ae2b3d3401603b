import type { ReadEnd } from '../../model/record.ts';
import type { GuardView } from './result.ts';

/** What a way of running (one phase or two) tells of how it ended. */
export interface Ending {
  status: 'done' | 'guarded';
  guards: GuardView[];
  accept?: string;
  end?: ReadEnd;
}
