/** One file of a folder: size in bytes, mtime in UTC milliseconds. */
export interface FileEntry {
  name: string;
  path: string;
  size: number;
  mtime: number;
  isFolder: boolean;
}

/** A file being written. Exactly one of `end` and `abort` is called. */
export interface FileWriter {
  write(chunk: Uint8Array): Promise<void>;
  end(): Promise<void>;
  /** Leaves nothing behind. */
  abort(): Promise<void>;
}

/** The FileStore port: what a place of files can do. All else about files is written once, on top of it. */
export interface OpenFileStore {
  /** Entries of a folder, in any order. A folder that isn't there is a problem FILE_FOLDER_MISSING. */
  list(folder: string): Promise<FileEntry[]>;
  /** Undefined when there is none. */
  stat(path: string): Promise<FileEntry | undefined>;
  /** Content from a byte on; ending the iteration early frees the handle. */
  read(path: string, fromByte?: number): AsyncIterable<Uint8Array>;
  /** Creates; a file already there is a problem FILE_NAME_TAKEN. */
  write(path: string): Promise<FileWriter>;
  /** Refuses a taken name with FILE_NAME_TAKEN unless `replace`. */
  rename(from: string, to: string, replace?: boolean): Promise<void>;
  remove(path: string): Promise<void>;
  /** With all folders above it; one that exists is fine. */
  makeFolder(path: string): Promise<void>;
  /** Where a path really is, as a person of this machine would write it; absent where the path says it. */
  placeOf?(path: string): string;
  close(): Promise<void>;
}
