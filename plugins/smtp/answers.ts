import { problem, type Outcome, type WriteAnswer } from '#sdk';

/** What nodemailer tells of a failure. */
interface SmtpError {
  code?: string;
  /** Of the server: 421, 550 … */
  responseCode?: number;
  response?: string;
  message: string;
}

const answered = (outcome: Outcome): WriteAnswer => ({ is: 'answered', outcomes: [outcome] });

/**
 * The connection never came to be, so no mail can have been taken. Told by the reason: nodemailer names CONN as the
 * command of every lost connection, even of one that is lost after the mail.
 */
const neverConnected =
  /ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|Greeting never received|Connection timeout/;

/** Throws SMTP_AUTH_DENIED and SMTP_CERTIFICATE, which hold for every mail. */
export function answerOf(error: unknown, host: string): WriteAnswer {
  const { code = '', responseCode, response = '', message } = error as SmtpError;
  const refusal = withoutAddresses(response || message);
  if (code === 'EAUTH' || responseCode === 535 || responseCode === 530)
    throw problem('SMTP_AUTH_DENIED', `${host} refuses the login (${responseCode ?? 'no answer'}).`, {
      fix: 'Check user and password of the connection.',
    });
  if (code === 'ETLS' || /certificate|self.signed|altnames|unable to verify/i.test(message))
    throw problem('SMTP_CERTIFICATE', `The certificate of ${host} can not be trusted: ${message}.`, {
      fix: 'Use the name that stands in the certificate, or set NODE_EXTRA_CA_CERTS to the authority that signed it.',
    });
  if (responseCode !== undefined && responseCode >= 500)
    return answered({ is: 'rejected', code: 'SMTP_REFUSED', reason: refusal });
  if (responseCode !== undefined && responseCode >= 400) return answered({ is: 'retry', reason: refusal });
  const reason = `${host}: ${code || message}`;
  return code === 'EDNS' || neverConnected.test(message) ? { is: 'notDone', reason } : { is: 'unanswered', reason };
}

/** Servers quote the address that they refuse. */
export const withoutAddresses = (text: string): string => text.replace(/<?[^\s<>@]+@[^\s<>]+>?/g, '…').slice(0, 300);
