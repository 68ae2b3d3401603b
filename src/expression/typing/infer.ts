import { calledName, isLiteral, literalOf, namesBoundBy } from '../analysis.ts';
import { functionNames } from '../functions/catalogue.ts';
import { otherInputChildren, sameInputChildren, type Node } from '../tree.ts';
import { argumentClash } from './argument.ts';
import { arithmeticClash, comparisonClash, type Clash, type Side } from './clash.ts';
import { resultOf } from './function-types.ts';
import { memberClash } from './member.ts';
import { beginOf, shownOf } from './shown.ts';
import { eitherType, typeOfConstant, typeOfField, type FieldTypes, type ValueType } from './value-type.ts';

/** Two values that never fit; `offset` is where the first of them begins. */
export interface TypeFault extends Clash {
  offset: number;
}

/** Around a node: types of the input's fields (undefined: another input), and of names that the expression defines. */
interface Around {
  fields: FieldTypes | undefined;
  own: Map<string, ValueType | undefined>;
}

const known = new Set(functionNames);
const comparisons = new Set(['=', '!=', '<', '<=', '>', '>=']);
const arithmetic = new Set(['+', '-', '*', '/', '%']);

/** Reads the type of an expression off its tree, and every comparison and calculation that can't be meant. */
export function infer(
  text: string,
  tree: Node,
  fields: FieldTypes,
): { type: ValueType | undefined; faults: TypeFault[] } {
  const faults: TypeFault[] = [];

  const typeOf = (node: Node, around: Around): ValueType | undefined => {
    if (isLiteral(node)) return typeOfConstant(literalOf(text, node).value);
    switch (node.type) {
      case 'path':
        return typeOfPath(node, around);
      case 'variable':
        return around.own.get(String(node.value));
      case 'binary':
        return typeOfBinary(node, around);
      case 'unary':
        return typeOfUnary(node, around);
      case 'block':
        return typeOfBlock(node, around);
      case 'bind':
        return typeOfBind(node, around);
      case 'condition':
        return typeOfCondition(node, around);
      case 'function':
      case 'apply':
        return typeOfCall(node, around);
      default:
        walk(node, node.type === 'lambda' ? hidden(node, around) : around);
        return undefined;
    }
  };

  const typeOfCondition = (node: Node, around: Around): ValueType | undefined => {
    if (node.condition) typeOf(node.condition, around);
    const then = node.then && typeOf(node.then, around);
    // Without `else` the value is absent otherwise.
    return node.else ? eitherType(then, typeOf(node.else, around)) : then;
  };

  const walk = (node: Node, around: Around): void => {
    for (const child of sameInputChildren(node)) typeOf(child, around);
    below(node, around);
  };

  /** Predicates, sorting and grouping look at what the node found. */
  const below = (node: Node, { own }: Around): void => {
    for (const child of otherInputChildren(node)) typeOf(child, { fields: undefined, own });
  };

  const typeOfPath = (node: Node, around: Around): ValueType | undefined => {
    const steps = node.steps ?? [];
    const own = new Map(around.own);
    for (const step of steps) for (const name of namesBoundBy(step)) own.set(name, undefined);
    for (const [index, step] of steps.entries()) {
      const here = { fields: index === 0 ? around.fields : undefined, own };
      if (step.type !== 'name') typeOf(step, here);
      else below(step, here);
    }
    below(node, { fields: undefined, own });
    const clash = around.fields && memberClash(text, node, around.fields);
    if (clash) faults.push({ ...clash, offset: beginOf(text, node) });
    const field = fieldOf(node);
    return field !== undefined && around.fields ? typeOfField(around.fields, field) : undefined;
  };

  const typeOfBinary = (node: Node, around: Around): ValueType | undefined => {
    const operator = String(node.value);
    const [left, right] = [node.lhs as Node, node.rhs as Node];
    const one: Side = { type: typeOf(left, around), shown: shownOf(text, left, 'left') };
    const other: Side = { type: typeOf(right, around), shown: shownOf(text, right, 'right') };
    const tell = (clash: Clash | undefined, at: Node): void => {
      if (clash) faults.push({ ...clash, offset: beginOf(text, at) });
    };
    if (comparisons.has(operator)) {
      tell(comparisonClash(operator, one, other), left);
      return { is: 'boolean' };
    }
    if (operator === 'in') {
      const clashes = itemsOf(right, other, around).flatMap(({ side, at }) => {
        const clash = comparisonClash('in', one, side);
        return clash ? [{ clash, at: at ?? left }] : [];
      });
      // One of several like it is enough.
      if (clashes[0]) tell(clashes[0].clash, clashes[0].at);
      return { is: 'boolean' };
    }
    if (arithmetic.has(operator)) {
      const clash = arithmeticClash(operator, one, other);
      tell(clash ?? arithmeticClash(operator, other, one), clash ? left : right);
      return { is: 'number' };
    }
    if (operator === '&') return { is: 'text' };
    return operator === 'and' || operator === 'or' ? { is: 'boolean' } : undefined;
  };

  /** What stands on the right of `in`: each item that is written there, or what a list holds. */
  const itemsOf = (node: Node, { type, shown }: Side, around: Around): { side: Side; at?: Node }[] => {
    const written = node.type === 'unary' && node.value === '[' ? node.expressions : undefined;
    if (!written)
      return [
        { side: type?.is === 'list' ? { type: type.of, shown: `an item of ${shown}`, isItem: true } : { type, shown } },
      ];
    const quiet = faults.length;
    const items = written.map((at) => ({ at, side: { type: typeOf(at, around), shown: shownOf(text, at, 'right') } }));
    // The items have been looked at once already.
    faults.length = quiet;
    return items;
  };

  const typeOfUnary = (node: Node, around: Around): ValueType | undefined => {
    if (node.value !== '-' || !node.expression) {
      walk(node, around);
      return node.value === '[' ? { is: 'list' } : undefined;
    }
    const side = { type: typeOf(node.expression, around), shown: shownOf(text, node.expression, 'right') };
    const clash = arithmeticClash('-', side, undefined);
    if (clash) faults.push({ ...clash, offset: beginOf(text, node.expression) });
    return { is: 'number' };
  };

  const typeOfBlock = (node: Node, around: Around): ValueType | undefined => {
    const inside = { ...around, own: new Map(around.own) };
    let last: ValueType | undefined;
    for (const expression of node.expressions ?? []) last = typeOf(expression, inside);
    below(node, inside);
    return node.predicate || node.stages || node.group ? undefined : last;
  };

  const typeOfBind = (node: Node, around: Around): ValueType | undefined => {
    const type = node.rhs && typeOf(node.rhs, around);
    if (node.lhs && !Array.isArray(node.lhs)) around.own.set(String(node.lhs.value), type);
    return type;
  };

  const typeOfCall = (node: Node, around: Around): ValueType | undefined => {
    const called = calledName(node);
    const types = new Map<Node, ValueType | undefined>();
    for (const child of sameInputChildren(node)) if (child !== called) types.set(child, typeOf(child, around));
    below(node, around);
    const name = String(called?.value ?? '');
    const isOurs = called !== undefined && known.has(name) && !around.own.has(name);
    const argument = node.type === 'apply' ? (node.lhs as Node) : node.arguments?.[0];
    if (isOurs && argument) {
      const clash = argumentClash(name, { type: types.get(argument), shown: shownOf(text, argument, 'left') });
      if (clash) faults.push({ ...clash, offset: beginOf(text, argument) });
    }
    return isOurs && !node.predicate && !node.stages && !node.group ? resultOf(name) : undefined;
  };

  const type = typeOf(tree, { fields, own: new Map() });
  return { type, faults };
}

/** The field that a path is: `age`, `$.age`, `$$.age`, without a predicate. */
function fieldOf({ steps = [], group }: Node): string | undefined {
  const [first, second] = steps;
  const isRooted = first?.type === 'variable' && (first.value === '' || first.value === '$');
  const field = isRooted ? second : first;
  if (steps.length !== (isRooted ? 2 : 1) || group || field?.type !== 'name') return undefined;
  return field.stages || field.predicate || field.focus || field.index ? undefined : String(field.value);
}

function hidden(lambda: Node, { fields, own }: Around): Around {
  const inside = new Map(own);
  for (const parameter of lambda.arguments ?? []) inside.set(String(parameter.value), undefined);
  return { fields, own: inside };
}
