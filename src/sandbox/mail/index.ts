export {
  startMailTrap,
  type MailFaults,
  type MailLedger,
  type MailTrap,
  type MailTrapOptions,
  type TrappedMail,
} from './mail-trap.ts';
export type { MailAttachment } from './parse-message.ts';
