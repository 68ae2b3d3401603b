import { checkDateFormat } from '../../../expression/index.ts';
import { isProblem } from '../../../model/problem.ts';
import type { MarkedLeaf } from '../../compile/schema-walk.ts';
import { isMap } from '../load-workspace.ts';
import type { DocumentCheck } from './context.ts';
import { schemaFault } from './json-schema.ts';
import { hint, writeInstead } from './near.ts';

type Written = Record<string, unknown>;

/** A read under check: `read.NAME` of a connector. */
interface Read {
  name: string;
  rule: Written;
  all: Written;
}

/** What the schema can't say of reads: a cursor that works, parents that exist. */
export function checkReads(check: DocumentCheck): void {
  const { read, call } = check.document.value;
  checkParameters(check, { read, call });
  for (const [name, rule] of isMap(read) ? Object.entries(read) : []) {
    if (!isMap(rule) || check.isDoubtful(['read', name])) continue;
    const each = { name, rule, all: read as Written };
    checkAnswerFormat(check, each);
    checkPartialFeed(check, each);
    if (isMap(rule.cursor)) checkCursor(check, each, rule.cursor);
    if (isMap(rule.for)) checkParents(check, each, rule.for);
    else checkNoSkip(check, each);
  }
}

/** `with` of reads and operations: what is no JSON Schema would let anything through. */
function checkParameters({ tell }: DocumentCheck, parts: Written): void {
  for (const [part, rules] of Object.entries(parts)) {
    for (const [name, rule] of isMap(rules) ? Object.entries(rules) : []) {
      const fault = isMap(rule) && rule.with !== undefined ? schemaFault(rule.with) : undefined;
      if (!fault) continue;
      const message = `The parameters of \`${part}.${name}\` are no JSON Schema: ${fault.message}.`;
      const fix =
        fault.path.at(-1) === 'type'
          ? 'Types are string, number, integer, boolean, array, object, null.'
          : 'Write `with: { required: [NAME], properties: { NAME: { type: string } } }`.';
      tell('SCHEMA_INVALID', [part, name, 'with', ...fault.path], message, fix);
    }
  }
}

/** `$since` and `$until` exist where a cursor is, `$parent` where there are parents. */
export function namesOfRead(leaf: MarkedLeaf, { document }: DocumentCheck): MarkedLeaf {
  const [part, name = ''] = leaf.path;
  const { read } = document.value;
  const rule = part === 'read' && isMap(read) ? read[name] : undefined;
  if (!isMap(rule) || !('names' in leaf.mark) || !leaf.mark.names) return leaf;
  const { cursor } = rule;
  const lacking = new Set([
    ...(isMap(cursor) && (cursor.url === undefined || cursor.token !== undefined) ? [] : ['since']),
    ...(isMap(cursor) && cursor.field !== undefined ? [] : ['until']),
    ...(rule.for === undefined ? ['parent'] : []),
  ]);
  return { ...leaf, mark: { ...leaf.mark, names: leaf.mark.names.filter((each) => !lacking.has(each)) } };
}

function checkCursor({ tell }: DocumentCheck, { name, rule }: Read, cursor: Written): void {
  const at = ['read', name, 'cursor'];
  const wrong = (path: (string | number)[], message: string, fix: string): void =>
    tell('CURSOR_WRONG', path, message, fix, { at: 'key' });
  const uses = (variable: string): boolean =>
    new RegExp(`\\$${variable}\\b`).test(JSON.stringify(rule.request ?? null));
  if (cursor.url === undefined && !uses('since')) {
    const message = `The request of \`read.${name}\` never uses \`$since\`, so every read would begin anew.`;
    wrong(at, message, 'Pass it where the API takes it, as in `query: { changedFrom: =$since }`.');
  }
  if (cursor.step !== undefined && cursor.start === undefined) {
    const message = '`step` reads window by window, and nothing says where the first one begins.';
    wrong([...at, 'step'], message, "Write `start` beside it, as in `start: '2020-01-01'`.");
  }
  if (cursor.step !== undefined && !uses('until')) {
    const message = `\`step\` reads window by window, and the request of \`read.${name}\` never uses \`$until\`.`;
    wrong([...at, 'step'], message, 'Pass `=$until` where the API takes the end of a span.');
  }
  if (rule.for !== undefined && cursor.field === undefined) {
    const message = `\`read.${name}\` is made for many parents, and each has a last page of its own.`;
    wrong(at, message, 'Use `field` instead: one moment is remembered for all of them.');
  }
  if (rule.feed === 'full') {
    const message = `\`read.${name}\` has a cursor, so it never holds everybody.`;
    tell('CURSOR_WRONG', ['read', name, 'feed'], message, 'Write `feed: changes`.');
  }
  if (typeof cursor.format === 'string') checkFormat(tell, [...at, 'format'], cursor.format);
}

function checkFormat(tell: DocumentCheck['tell'], path: (string | number)[], format: string): void {
  try {
    checkDateFormat(format);
  } catch (error) {
    if (!isProblem(error)) throw error;
    tell(
      'DATE_FORMAT',
      path,
      error.message,
      'Write `iso`, `unix`, `unixms`, or a picture such as YYYY-MM-DD HH:mm:ss.',
    );
  }
}

/** Half a record tells nothing of who is there. */
function checkPartialFeed({ tell }: DocumentCheck, { name, rule }: Read): void {
  if (rule.partial !== true || rule.feed !== 'full') return;
  const message = `\`read.${name}\` is \`partial\`: only what changed comes, so it never holds everybody.`;
  tell('PARTIAL_UNREAD', ['read', name, 'feed'], message, 'Write `feed: changes`.');
}

/** A format gives its records itself: only JSON is read by a path. */
function checkAnswerFormat({ tell }: DocumentCheck, { name, rule }: Read): void {
  if (rule.format === undefined || rule.format === 'json' || rule.records === undefined) return;
  const format = typeof rule.format === 'string' ? rule.format : Object.keys(rule.format ?? {})[0];
  const message = `\`records\` is a path in JSON, and the answers of \`read.${name}\` are \`${format}\`, which gives its records itself.`;
  tell('WRONG_PLACE', ['read', name, 'records'], message, 'Remove `records`.', { at: 'key' });
}

function checkParents({ tell }: DocumentCheck, { name, all }: Read, parents: Written): void {
  const path = ['read', name, 'for', 'read'];
  const { read } = parents;
  if (typeof read !== 'string') return;
  const others = Object.keys(all).filter((each) => each !== name);
  if (!Object.hasOwn(all, read)) {
    tell('READ_UNKNOWN', path, `unknown read "${read}"${hint(read, others)}`, writeInstead(read, others));
    return;
  }
  const way = [name];
  for (let next: unknown = read; typeof next === 'string'; next = parentOf(all[next])) {
    if (next === name) {
      // Told once, at the first of those that wait for each other.
      if (way.some((each) => each < name)) return;
      const message = `Reads wait for each other and none can begin: ${[...way, name].join(' → ')}.`;
      tell('READ_UNKNOWN', path, message, 'Name a read that stands by itself.');
      return;
    }
    if (way.includes(next)) return;
    way.push(next);
  }
}

const parentOf = (rule: unknown): unknown => (isMap(rule) && isMap(rule.for) ? rule.for.read : undefined);

function checkNoSkip({ tell }: DocumentCheck, { name, rule }: Read): void {
  const rules: unknown[] = Array.isArray(rule.errors) ? rule.errors : [];
  for (const [index, each] of rules.entries()) {
    if (!isMap(each) || each.is !== 'skip') continue;
    const message = `\`is: skip\` leaves out one parent, and \`read.${name}\` has no \`for\`.`;
    tell(
      'SKIP_WITHOUT_FOR',
      ['read', name, 'errors', index, 'is'],
      message,
      'Write `is: empty` if there is nothing to read then, or `is: fail`.',
    );
  }
}
