const mark = Symbol.for('portolan.styledCell');

/** A value with how it looks, for formats that can show it. */
export interface StyledCell {
  readonly value: unknown;
  /** `wrong`: stands out, for a person to correct. */
  readonly look?: 'wrong';
  /** A sentence at the cell. */
  readonly note?: string;
}

/** Makes a cell that stands out or has a note. Only formats that have looks (xlsx) take it. */
export const styledCell = (value: unknown, looks: Omit<StyledCell, 'value'>): StyledCell =>
  Object.freeze({ [mark]: true, value, ...looks });

/** Was it made by {@link styledCell}? */
export const isStyledCell = (value: unknown): value is StyledCell =>
  typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[mark] === true;
