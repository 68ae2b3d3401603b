export { fileSink } from './sink.ts';
export { fileSource } from './source.ts';
export { tryFileStore } from './try-store.ts';
export type { FileEntry, FileWriter, OpenFileStore } from './port.ts';
