/** The field that `split: { each }` names where it is no more than a name: it is not in the records that are made. */
export const listFieldOf = (each: unknown): string | undefined =>
  /^\s*=?\s*([\p{L}_][\p{L}\p{N}_]*)\s*$/u.exec(String(each))?.[1];
