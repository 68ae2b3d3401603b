/** What is surely known of a value before it is there. Undefined instead of it: anything. An absent value fits every type. */
export type ValueType =
  /** `constant`: as it stands in the expression. `column`: as it came, in a column that no rule reads. */
  | { is: 'text'; constant?: string; column?: string }
  /** A text such as 2026-11-24, or a time such as 2026-11-24T02:30:00Z. */
  | { is: 'date' }
  | { is: 'number'; constant?: number }
  | { is: 'boolean' }
  | { is: 'list'; of?: ValueType | undefined };

/** Types of a record's fields. A field that is not named has the type `rest` gives it. */
export interface FieldTypes {
  named: ReadonlyMap<string, ValueType | undefined>;
  /** `column`: whatever is not named is a text as it came. */
  rest?: 'column';
}

/** The type of one field. */
export function typeOfField({ named, rest }: FieldTypes, name: string): ValueType | undefined {
  if (named.has(name)) return named.get(name);
  return rest === 'column' ? { is: 'text', column: name } : undefined;
}

/** The type of a value that is one of two; undefined where they differ. */
export function eitherType(one: ValueType | undefined, other: ValueType | undefined): ValueType | undefined {
  if (!one || !other || one.is !== other.is) return undefined;
  if (one.is === 'text' && other.is === 'text') return sameText(one, other) ? one : { is: 'text' };
  if (one.is === 'list' && other.is === 'list') return { is: 'list', of: eitherType(one.of, other.of) };
  return { is: one.is } as ValueType;
}

const sameText = (one: ValueType & { is: 'text' }, other: ValueType & { is: 'text' }): boolean =>
  one.column === other.column && one.constant === other.constant;

/** The type of a constant of a document. */
export function typeOfConstant(value: unknown): ValueType | undefined {
  if (typeof value === 'string') return { is: 'text', constant: value };
  if (typeof value === 'number') return { is: 'number', constant: value };
  if (typeof value === 'boolean') return { is: 'boolean' };
  return Array.isArray(value) ? { is: 'list' } : undefined;
}
