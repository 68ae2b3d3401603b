import type { BatchJournal, Fields, HttpAnswer } from '#sdk';
import type { JudgedAnswer } from '../ask-judged.ts';
import type { StepRule } from '../schema/step.ts';
import { templateOf } from '../schema/request.ts';
import { doesSomething } from './step-effect.ts';

/** An answer that is larger is not remembered, and nothing behind it: a restart then begins the chain anew. */
const maxAnswerBytes = 1024 * 1024;

/** What is remembered of a chain on its way. */
export interface ChainJournal {
  /** Steps that an earlier attempt or run finished, by place. */
  readonly done: ReadonlyMap<number, JudgedAnswer>;
  /** Is every step that was done so far remembered? */
  isWhole(): boolean;
  /** Remembers a finished step, before the next one is made. */
  write(place: number, made: JudgedAnswer): Promise<void>;
  forget(): Promise<void>;
}

/** Opens what is remembered of a batch. `changed`: it is of a chain that the connector no longer has, and is forgotten. */
export async function openChainJournal(
  journal: BatchJournal | undefined,
  steps: readonly StepRule[],
): Promise<ChainJournal | 'changed' | undefined> {
  if (!journal || steps.length < 2) return undefined;
  const finished = await journal.steps();
  if (finished.some(({ place, answer }) => answer.step !== nameOf(steps[place]))) {
    await journal.forget();
    return 'changed';
  }
  const done = new Map(finished.map(({ place, answer }) => [place, restored(answer)]));
  let isWhole = true;
  return {
    done,
    isWhole: () => isWhole,
    async write(place, made) {
      if (!isWhole || !isWorthwhile(steps, place)) return;
      const answer = { step: nameOf(steps[place]), ...remembered(made) };
      isWhole = Buffer.byteLength(JSON.stringify(answer)) <= maxAnswerBytes;
      if (isWhole) await journal.write({ place, answer });
    },
    async forget() {
      done.clear();
      await journal.forget();
    },
  };
}

/** What a step is known by: another request at its place is another step. */
function nameOf(step: StepRule | undefined): string {
  if (!step) return '';
  const { method, template } = templateOf(step);
  return `${method} ${template.text}`;
}

/** Reads at the end of a chain are simply made again, and the answer of the last step is settled with its records. */
const isWorthwhile = (steps: readonly StepRule[], place: number): boolean =>
  place < steps.length - 1 && steps.slice(place).some(doesSomething);

function remembered({ answer, verdict }: JudgedAnswer): Fields {
  const { url, status, headers, links, body, kind } = answer;
  return { is: verdict.is, url: url.href, status, headers, links, kind, ...(body === undefined ? {} : { body }) };
}

function restored({ is, url, step: _step, ...answer }: Fields): JudgedAnswer {
  const verdict =
    is === 'done' || is === 'empty' ? ({ is, reason: '', byRule: true } as const) : ({ is: 'good' } as const);
  return {
    is: 'answered',
    answer: { ...(answer as unknown as Omit<HttpAnswer, 'url'>), url: new URL(String(url)) },
    verdict,
  };
}
