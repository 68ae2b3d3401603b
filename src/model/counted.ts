/** A count with its noun: `1 row`, `3 rows`; `many` where the plural is not the noun with an s. */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;
