import { functionNames } from '../../../expression/index.ts';
import { operations } from '../../../model/record.ts';
import type { Path } from '../../compile/schema-walk.ts';
import { isMap } from '../load-workspace.ts';
import type { DocumentCheck } from './context.ts';
import { placesOfAuth } from './logins.ts';
import { runNames } from './names.ts';

type Written = Record<string, unknown>;

/** Names that an answer can't have, as they mean something in a request or an answer already. */
const taken = new Set([
  ...runNames,
  ...['connection', 'session', 'once', 'items', 'item', 'index', 'key', 'kept', 'was', 'changed', 'operation'],
  ...['status', 'headers', 'links', 'request', 'with', 'cookies'],
]);

/** The steps of an operation's chain; what is no map has no place in it. */
const stepsOf = (operation: unknown): Written[] =>
  isMap(operation) && Array.isArray(operation.do) ? operation.do.map((step) => (isMap(step) ? step : {})) : [];

const nameOf = ({ as }: Written): string[] => (typeof as === 'string' ? [as] : []);

/** Names that answers of a chain have at a place of a connector: a step knows those before it, `results` and `keep` all. */
export function namesOfChain(path: Path, { document }: DocumentCheck): readonly string[] {
  if (path[0] === 'http') return namesOfLogin(path, document.value);
  const [part, target, operation, place, index] = path;
  const { write } = document.value;
  if (part !== 'write' || !isMap(write)) return [];
  const rule = write[String(target)];
  const steps = stepsOf(isMap(rule) ? rule[String(operation)] : undefined);
  if (place === 'do') return steps.slice(0, Number(index)).flatMap(nameOf);
  return place === 'results' || place === 'keep' || place === 'errors' ? steps.flatMap(nameOf) : [];
}

/** A request of a login knows the answers before it, `session` and `expires` all. */
function namesOfLogin(path: Path, document: Written): readonly string[] {
  const at = path.indexOf('login');
  if (path[1] !== 'auth' || at < 0) return [];
  const login = path.slice(0, at + 1).reduce<unknown>((found, key) => (found as Written | undefined)?.[key], document);
  const [place, index] = path.slice(at + 1);
  const steps = stepsOf(login);
  if (place === 'do') return steps.slice(0, Number(index)).flatMap(nameOf);
  return place === 'session' || place === 'expires' ? steps.flatMap(nameOf) : [];
}

/** Chains: each answer has a name of its own, and what waits says for what. */
export function checkChains(check: DocumentCheck): void {
  checkLoginChains(check);
  const { write } = check.document.value;
  for (const [name, rule] of isMap(write) ? Object.entries(write) : []) {
    for (const operation of operations) {
      const seen = new Set<string>();
      const steps = stepsOf(isMap(rule) ? rule[operation] : undefined);
      for (const [index, step] of steps.entries()) {
        const path = ['write', name, operation, 'do', index];
        checkName(check, step, path, seen);
        checkWaiting(check, step, path);
      }
    }
  }
}

function checkLoginChains(check: DocumentCheck): void {
  for (const [place, auth] of placesOfAuth(check.document.value)) {
    const seen = new Set<string>();
    for (const [index, step] of stepsOf(auth.login).entries()) {
      checkName(check, step, [...place, 'login', 'do', index], seen);
    }
  }
}

function checkName({ tell }: DocumentCheck, step: Written, path: Path, seen: Set<string>): void {
  for (const as of nameOf(step)) {
    const isFunction = functionNames.includes(as);
    if (isFunction || taken.has(as) || seen.has(as)) {
      const use = isFunction ? 'a function' : seen.has(as) ? 'the answer of a step before' : 'in use';
      const message = `\`as: ${as}\` takes a name that exists already: $${as} is ${use}.`;
      tell('NAME_TAKEN', [...path, 'as'], message, 'Choose another name.');
    }
    seen.add(as);
  }
}

function checkWaiting({ tell }: DocumentCheck, step: Written, path: Path): void {
  if (step.until !== undefined) return;
  for (const word of ['every', 'timeout'].filter((name) => Object.hasOwn(step, name))) {
    const message = `\`${word}\` says how a step waits, and the step has no \`until\` that it could wait for.`;
    const fix = `Write \`until: CONDITION\` beside it, such as \`until: state = 'done'\`, or remove \`${word}\`.`;
    tell('STEP_WITHOUT_UNTIL', [...path, word], message, fix, { at: 'key' });
  }
}
