import type { MailAttachment } from './parse-message.ts';

/** A mail that the trap took. */
export interface TrappedMail {
  /** ISO moment. */
  at: string;
  /** Addresses of the envelope. */
  envelope: { from: string; to: string[] };
  /** Headers as they read, decoded. */
  from: string;
  to: string;
  subject: string;
  messageId: string;
  /** All headers, names in lower case. */
  headers: Record<string, string>;
  text: string;
  html: string;
  attachments: MailAttachment[];
  sizeBytes: number;
}

/** What the trap really took. */
export interface MailLedger {
  /** How many mails; repeats are counted too. */
  readonly mails: number;
  /** Mails whose Message-ID was there before. */
  repeats: number;
  /** Recipients refused for good, and refused for now. */
  refused: number;
  deferred: number;
  list: TrappedMail[];
}

/** Faults on demand. All may be set and taken back at any time. */
export interface MailFaults {
  /** 550 for recipients whose address matches. */
  refuseRecipients: RegExp | undefined;
  /** So many recipients are refused with 451. */
  temporaryRefusals: number;
  /** So many mails are taken and then the connection is dropped, without an answer. */
  dropAfterData: number;
  /** Awaited when a mail was taken and before it is answered. */
  onTaken: ((mail: TrappedMail) => void | Promise<void>) | undefined;
}

/** An empty ledger. */
export function newLedger(): MailLedger {
  const list: TrappedMail[] = [];
  return {
    list,
    repeats: 0,
    refused: 0,
    deferred: 0,
    get mails() {
      return list.length;
    },
  };
}
