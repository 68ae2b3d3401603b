import {
  compileCondition,
  compileShape,
  compileTemplate,
  functionNames,
  typesIn,
  type Expression,
  type FieldTypes,
  type Place,
} from '../../../expression/index.ts';
import type { Code } from '../../../model/codes.ts';
import { isProblem } from '../../../model/problem.ts';
import { compileReading } from '../../compile/reading.ts';
import type { Path } from '../../compile/schema-walk.ts';
import type { Checking, Spot, Tell } from './context.ts';
import { constantWarning } from './constants.ts';
import { warnOfField } from './field-slips.ts';
import { hint, writeInstead } from './near.ts';
import { diffNames, type Names } from './names.ts';

/** What a text is, and where its expressions may look. */
export interface ExpressionCheck {
  checking: Checking;
  tell: Tell;
  names: Names;
}

/** Checks a condition or reading: its syntax, and every name in it. */
export function checkReading(check: ExpressionCheck, value: unknown, path: Path, as: 'condition' | 'expression'): void {
  if (typeof value === 'object') return;
  const text = String(value);
  const expression = caught(check.tell, path, () =>
    as === 'condition' ? compileCondition(text) : compileReading(text),
  );
  if (expression) checkUses(check, expression, path, 0);
}

/** Checks a text with holes. Inside sections other fields may exist, so fields are left alone there. */
export function checkTemplate(check: ExpressionCheck, value: unknown, path: Path, place: Place): void {
  if (typeof value !== 'string') return;
  const template = caught(check.tell, path, () => compileTemplate(value, place));
  if (!template) return;
  const { fields: _unknownInSections, types: _ofThem, ...free } = check.names;
  const names = /\{\{[#^]/.test(value) ? free : check.names;
  for (const { expression, offset } of template.holes) checkUses({ ...check, names }, expression, path, offset);
}

/** Checks a shape: each of its leaves. */
export function checkShape(check: ExpressionCheck, value: unknown, path: Path): void {
  const shape = caught(check.tell, path, () =>
    compileShape(value, (fault, leaf) => {
      check.tell(fault.code as Code, [...path, ...leaf], fault.message, fault.fix, { offset: fault.where.offset ?? 0 });
    }),
  );
  for (const { path: leaf, expression } of shape?.expressions ?? [])
    checkUses(check, expression, [...path, ...leaf], 0);
  constantWarning(check, value, path);
}

function caught<T>(tell: Tell, path: Path, make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (!isProblem(error)) throw error;
    tell(error.code as Code, path, error.message, error.fix, { offset: error.where.offset ?? 0 });
    return undefined;
  }
}

function checkUses(check: ExpressionCheck, expression: Expression, path: Path, base: number): void {
  const { uses } = expression;
  const at = (offset: number): Spot => ({ offset: base + offset });
  for (const { name, offset, member } of uses.variables) {
    check.checking.read.add(member ? `${name}.${member.name}` : name);
    checkVariable(check, name, path, at(offset));
    if (member) checkMember(check, name, member.name, path, at(member.offset));
  }
  for (const { name, offset, args } of uses.functions) {
    if (!functionNames.includes(name)) {
      if (check.names.variables.has(name)) continue;
      const message = `unknown function $${name}${nearOrNothing(name, functionNames)}`;
      check.tell('FUNCTION_UNKNOWN', path, message, writeInstead(name, functionNames, '$'), at(offset));
      continue;
    }
    checkImpure(check, name, path, at(offset));
    const first = args?.[0];
    if (first !== undefined && typeof first.value === 'string')
      checkArgument(check, name, first.value, path, at(first.offset));
  }
  for (const fault of typesIn(expression.text, check.names.types ?? noTypes).faults)
    check.tell('TYPES_DIFFER', path, `${fault.message}.`, fault.fix, at(fault.offset));
  const told = new Set<string>();
  for (const { name, offset } of uses.fields) {
    if (told.has(name)) continue;
    told.add(name);
    if (!check.names.fields) warnOfField(check, name, path, at(offset));
    if (!check.names.fields || check.names.fields.has(name)) continue;
    const known = [...check.names.fields];
    const message = `unknown field "${name}"${check.names.because ? `: ${check.names.because}` : ''}${hint(name, known)}`;
    check.tell('FIELD_UNKNOWN', path, message, writeInstead(name, known) ?? fieldFix(known, name), at(offset));
  }
}

/** Constants and results of functions have types all the same. */
const noTypes: FieldTypes = { named: new Map() };

const fieldFix = (known: readonly string[], name: string): string =>
  known.length === 0
    ? `For the word itself write '${name}' in quotes.`
    : `Name one of those fields, or make "${name}" in a step before.`;

function nearOrNothing(name: string, known: readonly string[]): string {
  const told = hint(name, known, '$');
  return told.startsWith('; did') ? told : '';
}

function checkVariable({ tell, names }: ExpressionCheck, name: string, path: Path, spot: Spot): void {
  if (names.variables.has(name)) return;
  if (diffNames.includes(name)) {
    const fix = 'Move this step behind the `diff`, or leave the name out.';
    tell('VARIABLE_UNKNOWN', path, `$${name} is known only after a \`diff\`.`, fix, spot);
    return;
  }
  const known = [...names.variables];
  const message = `unknown name $${name}${hint(name, known, '$')}`;
  const fix = writeInstead(name, known, '$') ?? 'A field of the record is written without `$`.';
  tell('VARIABLE_UNKNOWN', path, message, fix, spot);
}

/** What is read of a name whose content is known exists there. */
function checkMember({ tell, names }: ExpressionCheck, name: string, member: string, path: Path, spot: Spot): void {
  const known = names.members && Object.hasOwn(names.members, name) ? names.members[name] : undefined;
  if (!known || known.includes(member) || !names.variables.has(name)) return;
  const has = known.length === 0 ? `; ${whyEmpty[name] ?? 'it is empty'}` : hint(member, known);
  const fix = writeInstead(member, known, `$${name}.`) ?? declareMember[name]?.(member);
  tell('MEMBER_UNKNOWN', path, `$${name} has no "${member}"${has}`, fix, spot);
}

const whyEmpty: Record<string, string> = {
  params: 'the pipeline declares no `params:`',
  connection: 'the connector declares no `connection:`',
  with: 'the read declares no `with:`',
  kept: 'the target says no `keep:`',
  session: 'the connector has no `login`',
};

const declareMember: Record<string, (member: string) => string> = {
  params: (member) => `Declare it: \`params: { ${member}: {} }\`.`,
  connection: (member) => `Declare it under \`connection: { properties: { ${member}: … } }\`.`,
  with: (member) => `Declare it under \`with: { properties: { ${member}: … } }\`.`,
  kept: (member) => `Keep it: \`keep: { ${member}: … }\` in the target.`,
  session: () => 'Declare `auth: { login: … }` under `http`.',
};

const impure = new Set(['uuid', 'random', 'millis', 'shuffle', 'password']);

function checkImpure({ tell, names }: ExpressionCheck, name: string, path: Path, spot: Spot): void {
  if (!impure.has(name)) return;
  if (names.compared) {
    const message = `$${name} gives another value each time, so every record would look changed before a \`diff\`.`;
    tell('IMPURE_BEFORE_DIFF', path, message, 'Set it in a step after the `diff`, with `only: create`.', spot);
  } else if (name === 'password' && !names.afterDiff) {
    const message = '$password works only after a `diff`: only there it is known that a record is new.';
    tell('PASSWORD_UNAVAILABLE', path, message, 'Add `- diff` before this step.', spot);
  }
}

/** Names of tables and pipelines that stand in an expression as texts. */
function checkArgument({ checking, tell }: ExpressionCheck, name: string, value: string, path: Path, spot: Spot): void {
  if (name === 'table' || name === 'lookup') {
    checking.used.tables.add(value);
    if (!checking.loaded.workspace || checking.tables.includes(value)) return;
    const message = `unknown table "${value}"${hint(value, checking.tables)}`;
    const fix =
      writeInstead(value, checking.tables) ??
      `Declare it in portolan.yaml: \`tables: { ${value}: tables/${value}.csv }\`.`;
    tell('TABLE_UNKNOWN', path, message, fix, spot);
  } else if (name === 'delivered' && !checking.pipelines.includes(value)) {
    const message = `unknown pipeline "${value}" in $delivered${hint(value, checking.pipelines)}`;
    tell('PIPELINE_UNKNOWN', path, message, writeInstead(value, checking.pipelines), spot);
  }
}
