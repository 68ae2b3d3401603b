export { newKeyPair } from './key-pair.ts';
export type { SftpFaults, SftpLedger, SftpOperation } from './ledger.ts';
export { startSftpServer, type SftpServer, type SftpServerOptions } from './server.ts';
