import {
  isProblem,
  nextAttempt,
  type Failure,
  type Problem,
  type Scope,
  type WriteAnswer,
  type WriteBatch,
} from '#sdk';
import { askJudged, type JudgedAnswer } from '../ask-judged.ts';
import { attachedIn } from '../attached.ts';
import { compose } from '../compose.ts';
import type { FragmentsRule } from '../schema/fragments.ts';
import type { StepRule } from '../schema/step.ts';
import { answerNames, scrubFor } from '../verdict.ts';
import { openChainJournal, type ChainJournal } from './chain-journal.ts';
import { sendFragments } from './fragments.ts';
import { repeatOfWhole } from './operation.ts';
import { errorRulesOf, inputOf, type Sending } from './sending.ts';
import { doesSomething, isSafe } from './step-effect.ts';
import { inFormat, takingBytes } from './step-format.ts';

/** How long a step with `until` waits between two requests, and in all, where it does not say. */
const defaultEveryMs = 5_000;
const defaultTimeoutMs = 600_000;

/** What a chain came to. */
export type Chained =
  /** The last answer, or the first that is no success; none where every step was left out. */
  | { is: 'answered'; sending: Sending; last?: JudgedAnswer }
  /** Nothing was done, as the first request can't be made of these records. */
  | { is: 'unmade'; failure: Problem }
  | { is: 'stopped'; answer: WriteAnswer };

interface Chain {
  sending: Sending;
  signal: AbortSignal;
  /** A step that may have done something is behind: what fails now leaves the whole in doubt. */
  isBegun: boolean;
  journal?: ChainJournal;
  /** Whether the step at hand was made by an earlier attempt is not known. */
  isInDoubt?: boolean;
  /** `until` is asked for once: an earlier run has waited. */
  isPending: boolean;
}

/** \`until\` did not come true in the time that it has. */
interface Waiting {
  is: 'waiting';
  reason: string;
}

/**
 * Performs the steps of a chain. Until a step has done something, a failure is told as it is, and the engine tries again;
 * afterwards what is not done, or can be asked for again, is tried again here, and what remains leaves the outcome of the
 * whole unknown. A step that the batch's journal holds is not made again.
 */
export async function performChain(
  sending: Sending,
  steps: readonly StepRule[],
  signal: AbortSignal,
  { journal: kept, isPending = false }: Pick<WriteBatch, 'journal' | 'isPending'> = {},
): Promise<Chained> {
  const journal = await openChainJournal(kept, steps);
  if (journal === 'changed')
    return unanswered('what an earlier run began is of a chain that the connector no longer has');
  const chain: Chain = { sending, signal, isBegun: false, isPending, ...(journal ? { journal } : {}) };
  try {
    // Before anything is done for a file that is another by now.
    if (steps.some((step) => step.file || step.multipart)) await refuseChanged(chain);
    return await throughSteps(chain, steps);
  } catch (error) {
    if (!isProblem(error)) throw error;
    if (error.class !== 'data') throw chain.isBegun ? Object.assign(error, { nothingDone: false }) : error;
    if (!chain.isBegun) return { is: 'unmade', failure: error };
    // What was done stays done: that the next step can't be made says nothing of the record.
    const scrub = scrubFor(sending.session, ...sending.prepared.map(({ item }) => item.record));
    const reason = `a step behind one that was done could not be made: ${scrub(error.message)}`;
    return { is: 'stopped', answer: { is: 'unanswered', reason } };
  }
}

async function refuseChanged({ sending }: Chain): Promise<void> {
  for await (const _nothing of attachedIn(sending.scope)?.read(0, 0) ?? []) return;
}

async function throughSteps(chain: Chain, steps: readonly StepRule[]): Promise<Chained> {
  const { journal } = chain;
  // Whether the step behind those that are remembered was made is not known.
  let isInDoubt = journal !== undefined && journal.done.size > 0;
  const isResumed = isInDoubt;
  let last: JudgedAnswer | undefined;
  for (const [place, step] of steps.entries()) {
    const { scope, session } = chain.sending;
    const known = journal?.done.get(place);
    if (known) {
      last = known;
      passed(chain, step, known);
      continue;
    }
    if (step.when && !(await step.when.evaluate(inputOf(chain.sending), scope, session.env))) continue;
    if (isInDoubt && !mayFollow(chain, step)) return unanswered('an earlier run was ended before the answer');
    chain.isInDoubt = isInDoubt;
    isInDoubt = false;
    const made = await performStep(chain, step);
    if (made.is !== 'answered') return { is: 'stopped', answer: unansweredStep(chain, step, made) };
    const { is } = made.verdict;
    if (isResumed && is === 'gone') {
      await journal?.forget();
      return unanswered(`what an earlier attempt began is no longer there: ${made.verdict.reason}`);
    }
    // It was done, and came to nothing: the next attempt begins anew.
    if (chain.isBegun && is === 'fail' && made.answer.status < 300) await journal?.forget();
    last = asFarAs(chain, made);
    if (is !== 'good' && is !== 'done' && is !== 'empty') break;
    passed(chain, step, made);
    await journal?.write(place, made);
  }
  return { is: 'answered', sending: chain.sending, ...(last ? { last } : {}) };
}

function passed(chain: Chain, step: StepRule, { answer }: JudgedAnswer): void {
  chain.isBegun ||= doesSomething(step);
  if (step.as !== undefined) chain.sending = named(chain.sending, step.as, answer.body);
}

const unanswered = (reason: string): Chained => ({ is: 'stopped', answer: { is: 'unanswered', reason } });

/** May a step be made of which nobody knows whether it was? */
const mayFollow = ({ sending }: Chain, step: StepRule): boolean =>
  isSafe(step) ||
  step.until !== undefined ||
  step.fragments !== undefined ||
  repeatOfWhole(sending.document) === 'safe';

function named(sending: Sending, name: string, body: unknown): Sending {
  const answers = { ...sending.answers, [name]: body };
  return { ...sending, answers, scope: { ...sending.scope, [name]: body } };
}

/** One step with its repetitions: for `until`, and for what is to be tried again within a chain that has begun. */
async function performStep(chain: Chain, step: StepRule): Promise<JudgedAnswer | Failure | Waiting> {
  const { clock, env } = chain.sending.session;
  const beganMs = clock.monotonic();
  for (;;) {
    const made = step.fragments ? await inFragments(chain, step, step.fragments) : await askPatiently(chain, step);
    if (!step.until || made.is !== 'answered' || made.verdict.is !== 'good') return made;
    const names: Scope = { ...chain.sending.scope, ...answerNames(made.answer) };
    if (await step.until.evaluate(made.answer.body, names, env)) return made;
    const everyMs = step.every ?? defaultEveryMs;
    const timeoutMs = chain.isPending ? 0 : (step.timeout ?? defaultTimeoutMs);
    if (clock.monotonic() - beganMs + everyMs > timeoutMs) {
      const reason = chain.isPending
        ? '`until` is not true yet'
        : `\`until\` did not come true within ${timeoutMs / 1000} s`;
      return { is: 'waiting', reason };
    }
    await clock.sleep(everyMs, chain.signal);
  }
}

const inFragments = (chain: Chain, step: StepRule, rule: FragmentsRule): Promise<JudgedAnswer | Failure> =>
  sendFragments(
    {
      sending: chain.sending,
      signal: chain.signal,
      ask: (request, names) => ask(chain, request, names),
      begun: () => (chain.isBegun = true),
      isInDoubt: chain.isInDoubt === true,
    },
    step,
    rule,
  );

async function askPatiently(chain: Chain, step: StepRule): Promise<JudgedAnswer | Failure> {
  const { clock, retry } = chain.sending.session;
  const beganMs = clock.monotonic();
  for (let attempts = 1; ; attempts += 1) {
    const made = await ask(chain, step);
    if (!chain.isBegun || !mayBeMadeAgain(made, step)) return made;
    const afterMs = made.is === 'answered' && made.verdict.is === 'retry' ? made.verdict.afterMs : undefined;
    const elapsedMs = clock.monotonic() - beganMs;
    const asked = afterMs === undefined ? {} : { afterMs };
    const delayMs = nextAttempt(retry, { attempts, elapsedMs, random: Math.random(), ...asked });
    if (delayMs === undefined) return made;
    await clock.sleep(delayMs, chain.signal);
  }
}

function mayBeMadeAgain(made: JudgedAnswer | Failure, step: StepRule): boolean {
  if (made.is !== 'answered') return made.is === 'notSent' || isSafe(step);
  return made.verdict.is === 'retry' && (!made.verdict.perhapsDone || isSafe(step));
}

async function ask({ sending, signal }: Chain, step: StepRule, more: Scope = {}): Promise<JudgedAnswer | Failure> {
  const { session, prepared } = sending;
  const scope = { ...sending.scope, ...more };
  const composed = await compose(session, step, inputOf(sending), scope);
  const request = step.format === undefined ? composed : takingBytes(composed);
  const scrub = scrubFor(session, ...prepared.map(({ item, body }) => [item.record, body]));
  const judged = { rules: errorRulesOf(sending), scope, scrub, quotes: true };
  const made = await askJudged(session, request, judged, signal);
  return made.is === 'answered' && step.format !== undefined ? inFormat(session, step.format, made) : made;
}

/**
 * What the engine hears of a step without an answer. What was begun and is still being done is pending, where a later run
 * can go on from here.
 */
function unansweredStep(chain: Chain, step: StepRule, { is, reason }: Failure | Waiting): WriteAnswer {
  const { isBegun, journal, sending } = chain;
  if (is === 'waiting' && isBegun && journal?.isWhole()) {
    return { is: 'answered', outcomes: sending.prepared.map(() => ({ is: 'pending', reason })) };
  }
  const isHarmless = !isBegun && (is === 'notSent' || !doesSomething(step));
  return { is: isHarmless ? 'notDone' : 'unanswered', reason };
}

/** Behind a step that was done no answer says "nothing done" any more. */
function asFarAs({ isBegun }: Chain, made: JudgedAnswer): JudgedAnswer {
  const { verdict } = made;
  if (isBegun && verdict.is === 'fail') Object.assign(verdict.failure, { nothingDone: false });
  return isBegun && verdict.is === 'retry' ? { ...made, verdict: { ...verdict, perhapsDone: true } } : made;
}
