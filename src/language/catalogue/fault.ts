/** What is wrong with a document, seen by its schema alone. */
export type FaultCode =
  /** A key or a bare name that is no kind of this place. */
  | 'UNKNOWN_KIND'
  | 'UNKNOWN_KEY'
  | 'MISSING_KEY'
  /** Of another JSON type, or left empty. */
  | 'WRONG_TYPE'
  /** Not one of the values that are listed. */
  | 'NOT_ALLOWED_VALUE'
  /** A text that does not have the form asked for: a duration, an address. */
  | 'WRONG_FORM'
  /** A number too small or too great, a list too short or too long. */
  | 'OUT_OF_RANGE'
  /** Two keys of one map say what it is. */
  | 'TWO_KINDS'
  /** No key says what it is. */
  | 'NO_KIND'
  /** A known key, but not of this map. */
  | 'WRONG_PLACE';

/** One mistake that was written. */
export interface Fault {
  /** JSON pointer to what is at fault: a value, or (`atKey`) the key that the pointer's last part names. */
  pointer: string;
  atKey: boolean;
  code: FaultCode;
  /** What stands there, to follow "found": "`fliter`", "a list", "nothing". Never the value of a secret. */
  found: string;
  /** What would be right, to follow "expected": "`filter`, `map` or `set`", "a text". */
  expected: string;
  /** The whole sentence without its full stop, where "found …, expected …" would say the same thing twice. */
  sentence?: string;
  /** The right name that was probably meant. */
  nearest?: string;
  /** What to write instead, or where. One sentence without its full stop. */
  write?: string;
}
