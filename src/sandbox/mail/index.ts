export type { MailFaults, MailLedger, TrappedMail } from './ledger.ts';
export { startMailTrap, type MailTrap, type MailTrapOptions } from './mail-trap.ts';
export type { MailAttachment } from './parse-message.ts';
