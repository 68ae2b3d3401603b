import { isProblem, problem, type Fields, type Found, type Scope, type WriteItem } from '#sdk';
import { compose } from '../compose.ts';
import { askOnce, type Asked } from '../read/ask.ts';
import type { FindRule, TargetRule } from '../schema/write.ts';
import type { Session } from '../session.ts';
import { answerNames } from '../verdict.ts';
import { keepFrom } from './keep.ts';
import { keyFields } from './operation.ts';

export interface FindTools {
  session: Session;
  target: TargetRule;
  find: FindRule;
  signal: AbortSignal;
}

/** Asks which of these the target knows; one attempt, as the engine owns the retries of sinks. Throws FIND_NO_LIST. */
export async function findItems(tools: FindTools, items: readonly WriteItem[]): Promise<Found[]> {
  const { target, find } = tools;
  const found = items.map((): Found => ({
    is: 'ambiguous',
    code: 'TARGET_KEY_EMPTY',
    reason: `The record has no value in ${keyFields(target).join(' or ')}, by which the target could be asked for it`,
  }));
  const keyed = items.flatMap((item, place) => {
    const key = keyText(target, item.record);
    return key === undefined ? [] : [{ item, place, key }];
  });
  const size = find.batch ?? 1;
  for (let from = 0; from < keyed.length; from += size) {
    const some = keyed.slice(from, from + size);
    const answers = await findSome(tools, some);
    some.forEach(({ place }, index) => (found[place] = answers[index] as Found));
  }
  return found;
}

interface Keyed {
  item: WriteItem;
  key: string;
}

async function findSome(tools: FindTools, some: readonly Keyed[]): Promise<Found[]> {
  const { session, find, signal } = tools;
  const records = some.map(({ item }) => item.record);
  const isBatch = (find.batch ?? 1) > 1;
  const scope: Scope = { ...session.scope, items: records, ...(isBatch ? {} : { item: records[0] }) };
  const rules = [...(find.errors ?? []), ...(session.connector.http.errors ?? [])];
  let asked: Asked;
  try {
    const request = await compose(session, find.request, isBatch ? {} : records[0], scope);
    asked = await askOnce({ session, rules, scope: { ...scope, item: records }, signal }, request);
  } catch (error) {
    if (!isProblem(error) || error.class !== 'data') throw error;
    return some.map(() => ({ is: 'ambiguous', code: error.code, reason: error.message }));
  }
  const byKey = await candidates(tools, asked, scope);
  const names = { ...scope, ...answerNames(asked.answer) };
  return Promise.all(some.map((one) => foundOf(tools, one, byKey.get(one.key) ?? [], names)));
}

async function foundOf(tools: FindTools, { item }: Keyed, matches: unknown[], names: Scope): Promise<Found> {
  if (matches.length === 0) return { is: 'absent' };
  if (matches.length > 1) return { is: 'ambiguous', reason: `the target has ${matches.length} records with this key` };
  const { kept = {} } = await keepFrom(tools.session, tools.target.keep, matches[0], names, item.kept);
  return { is: 'found', kept };
}

/** What the target found, by the key that it carries itself: however it searched, the rest is not ours. */
async function candidates(
  { session, target, find }: FindTools,
  asked: Asked,
  scope: Scope,
): Promise<Map<string, unknown[]>> {
  const byKey = new Map<string, unknown[]>();
  if (asked.isEmpty) return byKey;
  const names = { ...scope, ...answerNames(asked.answer) };
  const list = await find.results.list.evaluate(asked.answer.body, names, session.env);
  if (list === undefined) throw noList(asked, find);
  for (const [place, result] of (Array.isArray(list) ? list : [list]).entries()) {
    const carried = find.results.by
      ? await find.results.by.evaluate(result, { ...names, key: place }, session.env)
      : keyFields(target).map((name) => (result as Fields)[name]);
    const key = textOf([carried].flat());
    if (key === undefined) continue;
    byKey.set(key, [...(byKey.get(key) ?? []), result]);
  }
  return byKey;
}

const keyText = (target: TargetRule, record: Fields): string | undefined =>
  textOf(keyFields(target).map((name) => record[name]));

function textOf(parts: readonly unknown[]): string | undefined {
  const isWhole = parts.length > 0 && parts.every((part) => part !== undefined && part !== null && part !== '');
  return isWhole ? JSON.stringify(parts.map(String)) : undefined;
}

const noList = ({ answer }: Asked, { results }: FindRule) =>
  problem(
    'FIND_NO_LIST',
    `An answer of ${answer.url.host} has nothing at ${results.list.text}, where found records should be.`,
    {
      fix: 'Correct `find.results.list` in the connector: an empty list says "not found", a missing one says nothing.',
    },
  );
