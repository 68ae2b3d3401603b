import type { Compilable } from 'kysely';

/** One step of the schema. Once released it is never changed; a later one mends it. */
export interface Migration {
  version: number;
  name: string;
  /** In order, inside one transaction. */
  up: readonly Compilable[];
}
