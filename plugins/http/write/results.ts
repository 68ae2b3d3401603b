import { isProblem, retryAfterMs, type HttpAnswer, type Outcome, type Scope } from '#sdk';
import type { ResultsRule } from '../schema/write.ts';
import { answerNames, defaultReason, judgeByRules, scrubFor } from '../verdict.ts';
import { keepFrom } from './keep.ts';
import { entriesOf, matchResults, type Entry, type Matches } from './match-results.ts';
import type { Prepared } from './prepare.ts';
import { errorRulesOf, type Sending } from './sending.ts';

/**
 * The fate of each record out of an answer. Only what is said to be accepted is delivered; where an expression errs, or
 * answers can't be told apart, the outcome is unknown.
 */
export async function outcomesOf(sending: Sending, rule: ResultsRule, answer: HttpAnswer): Promise<Outcome[]> {
  const { prepared } = sending;
  try {
    const lists = await readLists(sending, rule, answer);
    if (typeof lists === 'string') return prepared.map(() => ({ is: 'unknown', reason: lists }));
    return await Promise.all(
      prepared.map((one, index) =>
        outcomeOf({ sending, rule, answer, one }, lists.accepted(index), lists.refused(index)).catch(unknownBy),
      ),
    );
  } catch (error) {
    const outcome = unknownBy(error);
    return prepared.map(() => outcome);
  }
}

/** Both lists, matched to the records; a sentence where there is none. */
async function readLists(
  sending: Sending,
  rule: ResultsRule,
  answer: HttpAnswer,
): Promise<{ accepted: Matches; refused: Matches } | string> {
  const { session, prepared } = sending;
  const names = { ...sending.scope, ...answerNames(answer) };
  const accepted = await entriesOf(session, rule.list, rule.by, answer, names);
  const refused = await entriesOf(session, rule.refused, rule.by, answer, names);
  if (rule.list ? !accepted : !refused && rule.unnamed !== 'delivered') return 'the answer has no results';
  const none: Matches = () => [];
  return {
    accepted: accepted ? await matchResults(session, prepared, rule, accepted, names) : none,
    refused: refused ? await matchResults(session, prepared, rule, refused, names) : none,
  };
}

/** What an expression that errs leaves; a declared failure of the run goes through. */
function unknownBy(error: unknown): Outcome {
  if (!isProblem(error) || error.class !== 'data') throw error;
  return { is: 'unknown', reason: `the results could not be read: ${error.message}` };
}

interface Judging {
  sending: Sending;
  rule: ResultsRule;
  answer: HttpAnswer;
  one: Prepared;
}

async function outcomeOf(
  judging: Judging,
  accepted: readonly Entry[] | undefined,
  refused: readonly Entry[] | undefined,
): Promise<Outcome> {
  if (!accepted || !refused) return { is: 'unknown', reason: 'the answer has another number of results than was sent' };
  const [refusal] = refused;
  if (refusal) return refusedOutcome(judging, refusal);
  if (accepted.length > 1) return { is: 'unknown', reason: 'the answer has several results for the record' };
  const [entry] = accepted;
  return entry ? acceptedOutcome(judging, entry) : unnamedOutcome(judging);
}

async function acceptedOutcome(judging: Judging, entry: Entry): Promise<Outcome> {
  const { sending, rule, answer, one } = judging;
  const { env } = sending.session;
  const names = resultNames(judging, entry);
  if (rule.retry && (await rule.retry.evaluate(entry.result, names, env))) {
    const after = await rule.after?.evaluate(entry.result, names, env);
    const afterMs = retryAfterMs(after, sending.session.clock.now());
    const reason = await reasonOf(judging, entry);
    return { is: 'retry', reason, ...(afterMs === undefined ? {} : { afterMs }) };
  }
  if (rule.ok && !(await rule.ok.evaluate(entry.result, names, env))) return refusedOutcome(judging, entry);
  return deliveredOutcome(sending, one, entry.result, { ...names, ...answerNames(answer) });
}

async function deliveredOutcome(sending: Sending, one: Prepared, result: unknown, names: Scope): Promise<Outcome> {
  const rule = sending.document.keep ?? sending.target.keep;
  return { is: 'delivered', ...(await keepFrom(sending.session, rule, result, names, one.item.kept)) };
}

/** The declared errors say what a refusal means; without a match it is a reject. */
async function refusedOutcome(judging: Judging, entry: Entry): Promise<Outcome> {
  const { sending, answer, one } = judging;
  const scope = resultNames(judging, entry);
  const rules = errorRulesOf(sending);
  const judged = { rules, scope, scrub: scrubOf(judging), quotes: true };
  const verdict = await judgeByRules(sending.session, answer, entry.result, judged);
  if (verdict?.is === 'fail') throw verdict.failure;
  const reason = await reasonOf(judging, entry);
  switch (verdict?.is) {
    case 'done':
    case 'empty':
      return deliveredOutcome(sending, one, entry.result, scope);
    // One result among others: what was sent is sent again, under the login that holds then.
    case 'login':
      sending.session.distrust();
      return { is: 'retry', reason };
    case 'retry':
      return { is: 'retry', reason, ...(verdict.afterMs === undefined ? {} : { afterMs: verdict.afterMs }) };
    case 'exists':
      return { is: 'exists', reason, ...(verdict.other === undefined ? {} : { other: verdict.other }) };
    case 'gone':
    case 'stale':
      return { is: verdict.is, reason };
    default:
      return { is: 'rejected', code: 'HTTP_REJECTED', reason: verdict?.is === 'reject' ? verdict.reason : reason };
  }
}

function unnamedOutcome({ rule, one }: Judging): Outcome {
  const reason = 'the answer has no result for the record';
  if (rule.unnamed === 'delivered') return { is: 'delivered', ...(one.item.kept ? { kept: one.item.kept } : {}) };
  if (rule.unnamed === 'refused') return { is: 'rejected', code: 'HTTP_REJECTED', reason };
  // Sent again only where that can't do it twice, unless the document says that it is safe (S1).
  return { is: rule.unnamed === 'retry' ? 'retry' : 'unknown', reason };
}

const resultNames = ({ sending, answer, one }: Judging, { key }: Entry): Scope => ({
  ...one.scope,
  ...sending.answers,
  items: sending.scope.items,
  item: one.body,
  key,
  ...answerNames(answer),
});

const scrubOf = ({ sending, one }: Judging) => scrubFor(sending.session, one.item.record, one.body);

async function reasonOf(judging: Judging, entry: Entry): Promise<string> {
  const { sending, rule, answer } = judging;
  const said = await rule.reason?.evaluate(entry.result, resultNames(judging, entry), sending.session.env);
  const scrub = scrubOf(judging);
  return said === undefined ? defaultReason(answer, entry.result, scrub) : scrub(String(said));
}
