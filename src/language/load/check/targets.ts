import { operations } from '../../../model/record.ts';
import { isMap } from '../load-workspace.ts';
import type { DocumentCheck } from './context.ts';

type Written = Record<string, unknown>;
type Place = (string | number)[];

/** A target under check: `write.NAME` of a connector. */
interface Target {
  name: string;
  rule: Written;
}

/** Answers after which the target is asked for the record, in words. */
const askedFor: Record<string, string> = {
  exists: '`is: exists` looks the record up and updates it',
  stale: '`is: stale` looks the record up again',
};

/** Who can be asked for a record: what `repeat: find`, `exists` and `stale` need is there, and `find` has its key. */
export function checkTargets(check: DocumentCheck): void {
  const { write, http } = check.document.value;
  for (const [name, rule] of isMap(write) ? Object.entries(write) : []) {
    if (!isMap(rule) || check.isDoubtful(['write', name])) continue;
    if (rule.find === undefined) checkWithoutFind(check, { name, rule }, isMap(http) ? http.errors : undefined);
    else if (isMap(rule.find) && rule.key === undefined) tellNoKey(check, name);
  }
}

function tellNoKey({ tell }: DocumentCheck, name: string): void {
  const message = `\`find\` asks for a record by its \`key\`, and \`write.${name}\` names none.`;
  const fix = 'Write `key: FIELD` beside `find`: the field of the record by which the target knows it.';
  tell('TARGET_KEY_MISSING', ['write', name, 'find'], message, fix, { at: 'key' });
}

function checkWithoutFind({ tell }: DocumentCheck, target: Target, shared: unknown): void {
  const at = ['write', target.name];
  let isTold = false;
  for (const operation of operations) {
    const rule = target.rule[operation];
    if (!isMap(rule)) continue;
    const own: Place = [...at, operation];
    if (rule.repeat === 'find') {
      const message = `\`repeat: find\` asks the target after a lost answer, and \`write.${target.name}\` has no \`find\`.`;
      const fix = `${findFix(target)}, or \`repeat: never\`, which leaves a lost answer to a person.`;
      tell('TARGET_CANNOT_FIND', [...own, 'repeat'], message, fix);
      isTold = true;
    }
    for (const { is, path } of askingRules(rule.errors, [...own, 'errors'])) {
      const message = `${askedFor[is]}, and \`write.${target.name}\` has no \`find\`.`;
      tell('TARGET_CANNOT_FIND', path, message, `${findFix(target)}, or \`is: reject\`, which refuses the record.`);
      isTold = true;
    }
  }
  if (isTold) return;
  // A rule of all operations may never match in this one.
  for (const { is } of askingRules(shared, [])) {
    if (is === 'exists' && !isMap(target.rule.create) && !isMap(target.rule.upsert)) continue;
    const message = `${askedFor[is]}: so \`http.errors\` says, and \`write.${target.name}\` has no \`find\`.`;
    const fix = `${findFix(target)}; without it the record is rejected.`;
    tell('TARGET_CANNOT_FIND', at, message, fix, { at: 'key', severity: 'warning' });
  }
}

/** Rules that have the target asked, each with the place of its `is`. */
function askingRules(errors: unknown, path: Place): { is: string; path: Place }[] {
  const rules: unknown[] = Array.isArray(errors) ? errors : [];
  return rules.flatMap((rule, index) => {
    const is = isMap(rule) ? rule.is : undefined;
    return typeof is === 'string' && Object.hasOwn(askedFor, is) ? [{ is, path: [...path, index, 'is'] }] : [];
  });
}

/** A `find` with the names that the target uses already. */
function findFix({ name, rule }: Target): string {
  const [key = 'FIELD'] = [rule.key].flat().filter((each) => typeof each === 'string');
  const noKey = rule.key === undefined ? `\`key: ${key}\` and ` : '';
  const find = `find: { request: { get: ${pathOf(rule)}, query: { ${key}: =${key} } }, results: { list: items } }`;
  return `Write ${noKey}\`${find}\` in \`write.${name}\``;
}

/** Where the target makes its records is most often where it lists them. */
function pathOf({ create, upsert }: Written): string {
  const request = [create, upsert].filter(isMap).map((operation) => operation.request)[0];
  const path = isMap(request) ? (request.post ?? request.put) : undefined;
  return typeof path === 'string' && /^\/[\w/.-]+$/.test(path) ? path : '/PATH';
}
