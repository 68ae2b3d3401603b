import { problem, type Outcome, type WriteAnswer } from '#sdk';

/** What nodemailer tells of a failure. */
interface SmtpError {
  code?: string;
  /** Of the server: 421, 550 … */
  responseCode?: number;
  response?: string;
  /** What was being said: CONN, EHLO, MAIL FROM, RCPT TO, DATA … */
  command?: string;
  message: string;
}

const answered = (outcome: Outcome): WriteAnswer => ({ is: 'answered', outcomes: [outcome] });

/** Whether the connection was not yet made, so that no mail can have been taken. */
const beforeMail = new Set(['CONN', 'API', 'EHLO', 'HELO', 'STARTTLS']);

/** Throws SMTP_AUTH_DENIED and SMTP_CERTIFICATE, which hold for every mail. */
export function answerOf(error: unknown, host: string): WriteAnswer {
  const { code = '', responseCode, response = '', command = '', message } = error as SmtpError;
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
  return beforeMail.has(command) || code === 'EDNS' || code === 'ECONNREFUSED'
    ? { is: 'notDone', reason }
    : { is: 'unanswered', reason };
}

/** Servers quote the address that they refuse. */
export const withoutAddresses = (text: string): string => text.replace(/<?[^\s<>@]+@[^\s<>]+>?/g, '…').slice(0, 300);
