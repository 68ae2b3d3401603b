import { problem, type Expression, type Fields, type HttpAnswer, type Scope } from '#sdk';
import type { Session } from '../session.ts';

/** Paths of names, whose absence means that the answer is not what was expected. */
const plainPath = /^\s*=?\s*[\w$`.-]+\s*$/;

/** The records of a page. Throws READ_NO_LIST, and what the expression throws. */
export async function recordsOf(
  { env }: Session,
  rule: Expression | undefined,
  answer: HttpAnswer,
  scope: Scope,
): Promise<Fields[]> {
  const found = rule ? await rule.evaluate(answer.body, scope, env) : answer.body;
  if (answer.kind === 'empty' && (found === undefined || found === answer.body)) return [];
  if (found === undefined) {
    if (rule && plainPath.test(rule.text)) throw noList(answer, `has nothing at ${rule.text}`);
    return [];
  }
  const records: unknown[] = Array.isArray(found) ? found : [found];
  if (!records.every(isMap)) throw noList(answer, 'holds items that are no maps');
  return records;
}

const isMap = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

const noList = (answer: HttpAnswer, what: string) =>
  problem('READ_NO_LIST', `An answer of ${answer.url.host} ${what}, where the records should be.`, {
    fix: 'Correct `records` in the connector. Where the API leaves an empty list out, write `items ?? []`.',
  });
