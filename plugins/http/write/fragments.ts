import { nextAttempt, type Failure, type Scope } from '#sdk';
import type { JudgedAnswer } from '../ask-judged.ts';
import { fileOf, notAttached } from '../attached.ts';
import type { Fragment } from '../compose-file.ts';
import type { FragmentsRule } from '../schema/fragments.ts';
import type { RequestRule } from '../schema/request.ts';
import { answerNames } from '../verdict.ts';
import { inputOf, type Sending } from './sending.ts';

/** What sending in fragments needs of its chain. */
export interface FragmentTools {
  sending: Sending;
  signal: AbortSignal;
  /** One attempt at a request, with more names. */
  ask(rule: RequestRule, names: Scope): Promise<JudgedAnswer | Failure>;
  /** An earlier attempt may have sent something: the server is asked first. */
  isInDoubt: boolean;
  /** The server holds a part of the file. */
  begun(): void;
}

/**
 * Sends the record's file in fragments until an answer does not ask for more: that is the answer of the step. Behind a
 * lost answer, or one that refuses for now, the server is asked how far it is, and the rest is sent; attempts begin anew
 * with each fragment that it took.
 * Throws FILE_NOT_ATTACHED.
 */
export async function sendFragments(
  tools: FragmentTools,
  step: RequestRule,
  rule: FragmentsRule,
): Promise<JudgedAnswer | Failure> {
  const { session, scope } = tools.sending;
  const { clock, env, retry } = session;
  const file = fileOf(await step.file?.evaluate(inputOf(tools.sending), scope, env), scope);
  if (!file) throw notAttached();
  const { size } = file.facts;
  let from = 0;
  let isLost = tools.isInDoubt;
  let attempts = 0;
  let beganMs = clock.monotonic();
  for (;;) {
    const fragment: Fragment = { from, to: Math.min(from + rule.size, size), size };
    const made: JudgedAnswer | Failure = isLost
      ? await askHowFar(tools, step, rule, size)
      : await tools.ask(step, { fragment });
    let failure = made;
    if (made.is === 'answered') {
      const place = await placeOf(tools, rule, made, fragment);
      if (place === 'end') {
        const { is } = made.verdict;
        // Of an upload that an earlier attempt began, and that is gone, the chain is to hear.
        if (!isLost || is === 'good' || is === 'done' || (is === 'gone' && tools.isInDoubt)) return made;
        return { is: 'lost', reason: 'asked how far it is, the server knows the upload no more' };
      }
      if (place === 'nowhere' || (typeof place === 'number' && place > size)) {
        return { is: 'lost', reason: '`fragments.from` names no place in the file' };
      }
      if (typeof place === 'number') {
        tools.begun();
        if (place > from) {
          attempts = 0;
          beganMs = clock.monotonic();
        }
        const isFurther = place > from || isLost;
        from = place;
        isLost = place === size;
        if (isFurther && !isLost) continue;
        failure = { is: 'lost', reason: 'the server goes on asking for what was sent' };
      } else isLost ||= rule.from !== undefined || (made.verdict.is === 'retry' && made.verdict.perhapsDone);
    } else isLost ||= made.is === 'lost';
    attempts += 1;
    const elapsedMs = clock.monotonic() - beganMs;
    const afterMs = made.is === 'answered' && made.verdict.is === 'retry' ? made.verdict.afterMs : undefined;
    const asked = afterMs === undefined ? {} : { afterMs };
    const delayMs = nextAttempt(retry, { attempts, elapsedMs, random: Math.random(), ...asked });
    if (delayMs === undefined) return failure;
    await clock.sleep(delayMs, tools.signal);
  }
}

const askHowFar = ({ ask }: FragmentTools, step: RequestRule, rule: FragmentsRule, size: number) =>
  rule.ask ? ask(rule.ask, { fragment: { size } }) : ask(step, { fragment: { size } });

/** Where to go on; `end` where nothing more is asked for, `again` where the same is to be asked again. */
async function placeOf(
  { sending }: FragmentTools,
  { more, from }: FragmentsRule,
  { answer, verdict }: JudgedAnswer,
  fragment: Fragment,
): Promise<number | 'end' | 'again' | 'nowhere'> {
  const { env } = sending.session;
  const names: Scope = { ...sending.scope, ...answerNames(answer) };
  if (answer.status === 408 || answer.status === 429 || answer.status >= 500) return 'again';
  if ((await more.evaluate(answer.body, names, env)) !== true) return verdict.is === 'retry' ? 'again' : 'end';
  if (!from) return fragment.to ?? 'nowhere';
  const value = await from.evaluate(answer.body, names, env);
  const [digits] = /^\d+/.exec(String(value ?? 0)) ?? [];
  return digits === undefined ? 'nowhere' : Number(digits);
}
