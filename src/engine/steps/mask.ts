import type { MaskWay } from '../../language/compile/pipeline.ts';
import type { Fields } from '../../model/record.ts';
import type { Vault } from '../../store/ports.ts';
import { canonicalText } from '../diff/canonical.ts';
import type { RunStep, StepOf, StepTools } from './step.ts';

/** 128 bits are enough that two values never have one token. */
const TOKEN_DIGITS = 32;

/** Puts something in the place of personal values. */
export function maskStep({ fields }: StepOf<'mask'>, { vault }: StepTools): RunStep {
  const ways = Object.entries(fields);
  return (passing) => {
    const record: Fields = { ...passing.record };
    for (const [field, way] of ways) {
      if (way === 'none') delete record[field];
      else if (record[field] !== undefined) record[field] = masked(vault, record[field], way);
    }
    passing.record = record;
    return undefined;
  };
}

function masked(vault: Vault, value: unknown, way: MaskWay): unknown {
  if (value === null || value === '') return value;
  if (Array.isArray(value)) return value.map((item) => masked(vault, item, way));
  if (typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, masked(vault, item, way)]));
  return way === 'token' ? tokenOf(vault, value) : initialOf(value);
}

/** Without the workspace key nobody can try values out. */
const tokenOf = (vault: Vault, value: unknown): string =>
  Buffer.from(vault.derive('mask', canonicalText(value)))
    .toString('hex')
    .slice(0, TOKEN_DIGITS);

/** A text of one character would be shown whole; of a number the first digit says too much. */
function initialOf(value: unknown): string {
  const [first, second] = typeof value === 'string' ? value.trim() : '';
  return second === undefined ? '***' : `${first}***`;
}
