/** What a client did. Paths as the client sees them. */
export interface SftpOperation {
  op: 'list' | 'stat' | 'read' | 'write' | 'rename' | 'remove' | 'mkdir' | 'rmdir' | 'setstat';
  path: string;
  /** The new name of a `rename`. */
  to?: string;
  /** ISO moment. */
  at: string;
}

/** What the server really did. `read` and `write` are files opened; bytes are of their content. */
export interface SftpLedger {
  operations: SftpOperation[];
  bytesRead: number;
  bytesWritten: number;
  logins: number;
  refusedLogins: number;
}

/** Faults on demand. All may be set and taken back at any time. */
export interface SftpFaults {
  /** So many logins are refused, rightly made or not; `Infinity` for all. */
  refuseLogins: number;
  /** Drops the connection when a client has read so many bytes of content from now on; then it is unset. */
  dropAfterBytes: number | undefined;
  /** The disk is full: writing fails when clients have written so many bytes from now on, until it is unset. */
  fullAfterBytes: number | undefined;
  /** Awaited before each operation of the ledger is done. */
  onOperation: ((operation: SftpOperation) => void | Promise<void>) | undefined;
}
