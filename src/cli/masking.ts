import { isKeyPersonal } from '../language/compile/personal.ts';
import type { Pipeline } from '../language/compile/pipeline.ts';
import type { Fields } from '../model/record.ts';
import { mask } from '../store/vault/index.ts';
import { differenceOf, type Difference } from './difference.ts';

/** Shows values, or masks those that are personal. */
export interface Masking {
  field(name: string, value: unknown): unknown;
  /** How two values of a field differ, where they are masked; nothing where they can be seen. */
  difference(name: string, before: unknown, after: unknown): Difference | undefined;
  key(key: string | null): string | null;
  /** The source form of a row: columns of personal fields are masked, raw text as a whole. */
  source(source: Fields | string | null): Fields | string | null;
  /** The same, and more that is known to be personal of one record. */
  also(fields: readonly string[], isKeyPersonal: boolean): Masking;
}

const open: Masking = Object.freeze<Masking>({
  field: (_name: string, value: unknown) => value,
  difference: () => undefined,
  key: (key: string | null) => key,
  source: (source: Fields | string | null) => source,
  also: () => open,
});

/** `showPersonal` shows everything. Without a pipeline, as when it was deleted since, nothing is known and all is masked. */
export function maskingFor(
  pipeline: Pick<Pipeline, 'personal' | 'record' | 'steps'> | undefined,
  showPersonal: boolean,
): Masking {
  if (showPersonal) return open;
  const columns = new Set(
    pipeline?.record.fields.flatMap(({ name, from, personal }) => (personal ? [name, ...from] : [])),
  );
  const fields = new Set(pipeline?.personal);
  return closed({
    isKnown: pipeline !== undefined,
    fields,
    columns,
    isKeyPersonal: !pipeline || isKeyPersonal(pipeline),
  });
}

/** What is personal; everything is, where nothing is known. */
interface Personal {
  isKnown: boolean;
  fields: ReadonlySet<string>;
  columns: ReadonlySet<string>;
  isKeyPersonal: boolean;
}

function closed(personal: Personal): Masking {
  const { isKnown, fields, columns, isKeyPersonal } = personal;
  const isPersonal = (name: string, names: ReadonlySet<string>): boolean => !isKnown || names.has(name);
  return {
    field: (name, value) => (isPersonal(name, fields) ? mask(value) : value),
    difference: (name, before, after) => (isPersonal(name, fields) ? differenceOf(before, after) : undefined),
    key: (key) => (isKeyPersonal && key !== null ? String(mask(key)) : key),
    source(source) {
      if (source === null || typeof source === 'string') return source === null ? null : String(mask(source));
      return Object.fromEntries(
        Object.entries(source).map(([name, value]) => [name, isPersonal(name, columns) ? mask(value) : value]),
      );
    },
    also: (more, isKeyToo) =>
      closed({ ...personal, fields: new Set([...fields, ...more]), isKeyPersonal: isKeyPersonal || isKeyToo }),
  };
}

/** A result as it may be printed: the keys of its rejects masked where a key is personal. */
export const shownResult = <R extends Rejecting & { corrections?: Rejecting }>(result: R, masking: Masking): R => ({
  ...withMaskedKeys(result, masking),
  ...(result.corrections ? { corrections: withMaskedKeys(result.corrections, masking) } : {}),
});

type Rejecting = { rejects: readonly { key: string | null }[] };

const withMaskedKeys = <R extends Rejecting>(result: R, masking: Masking): R => ({
  ...result,
  rejects: result.rejects.map((reject) => ({ ...reject, key: masking.key(reject.key) })),
});
