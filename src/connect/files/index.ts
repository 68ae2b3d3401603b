export { fileSink } from './sink.ts';
export { fileSource } from './source.ts';
export type { FileEntry, FileWriter, OpenFileStore } from './port.ts';
