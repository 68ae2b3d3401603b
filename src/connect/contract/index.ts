export { codeOf, collect, inPieces } from './byte-streams.ts';
export { fileStoreContract, type FileStoreSubject } from './file-store.ts';
export { decodeAll, encodeAll, formatContract, type FormatSubject } from './format.ts';
