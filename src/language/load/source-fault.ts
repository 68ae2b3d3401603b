import type { Code } from '../../model/codes.ts';

/** A mistake in the text of a file, before anything is known of what it means. Offsets are in the whole file. */
export interface SourceFault {
  code: Code;
  begin: number;
  end: number;
  message: string;
  fix: string;
}
