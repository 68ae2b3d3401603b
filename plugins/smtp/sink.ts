import {
  defineSink,
  field,
  isProblem,
  problem,
  type OperationRule,
  type Template,
  type WorkspaceText,
  type WriteItem,
} from '#sdk';
import { isAsWritten } from './addresses.ts';
import { answerOf } from './answers.ts';
import { connection, transportOf, type SmtpConnection } from './connection.ts';
import { messageIdOf } from './message-id.ts';
import { plainText } from './plain-text.ts';

const names = ['operation', 'was', 'changed', 'kept'] as const;
const rule: OperationRule = Object.freeze({ size: 1, atomic: true, repeat: 'safe' });
const connections = 4;

/** One mail for each record. */
export default defineSink({
  name: 'smtp',
  summary: 'One mail for each record.',
  connection,
  options: field.object(
    {
      to: field.template({
        about: 'Recipient. A value may not bring further addresses with it.',
        place: 'header',
        names,
        examples: ['{{email}}'],
      }),
      subject: field.template({ about: 'Subject line.', place: 'header', names, examples: ['Welcome, {{firstName}}'] }),
      body: field.workspaceFile({
        about: 'File of the mail: .html, or .txt for a mail of text alone.',
        place: 'html',
        names,
      }),
      text: field.workspaceFile({
        about:
          'File of the text beside an HTML body, for readers that show text. Without it one is made from the HTML.',
        place: 'text',
        names,
        optional: true,
      }),
    },
    { about: 'What is sent to whom.' },
  ),
  takesFormat: false,
  operations: ['create', 'update', 'upsert', 'missing', 'returned'],

  async tryConnection({ connection: server }) {
    const { createTransport } = await import('nodemailer');
    const transport = transportOf(server);
    const mailer = createTransport({ ...transport, ...timeoutsOf(server) });
    try {
      await mailer.verify();
      return {};
    } catch (error) {
      const answer = answerOf(error, transport.host);
      const reason = 'reason' in answer ? answer.reason : `${transport.host} refuses`;
      throw problem('SMTP_UNREACHABLE', `${reason}.`, { fix: 'Check host and port of the connection.' });
    } finally {
      mailer.close();
    }
  },

  async open({ connection: server, options, scope, env }) {
    const { createTransport } = await import('nodemailer');
    const { from } = server;
    const transport = transportOf(server);
    const mailer = createTransport({
      ...transport,
      pool: true,
      maxConnections: connections,
      ...timeoutsOf(server),
      // Bodies are templates of the workspace, and may not reach for files or URLs.
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    const pipeline = String(scope['pipeline'] ?? '');

    async function mailOf(item: WriteItem) {
      const own = { ...scope, operation: item.operation, was: item.was, changed: item.changed, kept: item.kept };
      const render = (template: Template) => template.render(item.record, own, env);
      const body = await render(templateOf(options.body));
      const isHtml = !/\.txt$/i.test(options.body.path);
      const text = options.text ? await render(templateOf(options.text)) : isHtml ? plainText(body) : body;
      return {
        from,
        to: await render(options.to),
        subject: await render(options.subject),
        ...(isHtml ? { html: body } : {}),
        text,
        messageId: messageIdOf(pipeline, item, from),
      };
    }

    return {
      rules: { create: rule, update: rule, upsert: rule, missing: rule, returned: rule },
      retry: { attempts: 6, fromMs: 1000, toMs: 60_000, withinMs: 30 * 60_000 },
      concurrency: connections,
      key: [],
      commits: 'batch',
      async write({ items }) {
        const item = items[0]!;
        let mail;
        try {
          mail = await mailOf(item);
        } catch (error) {
          if (!isProblem(error) || error.class !== 'data') throw error;
          return { is: 'answered', outcomes: [{ is: 'rejected', code: error.code, reason: error.message }] };
        }
        if (!isAsWritten(options.to.text, mail.to)) {
          const reason = 'The record does not give exactly one mail address where one is expected';
          return { is: 'answered', outcomes: [{ is: 'rejected', code: 'SMTP_ADDRESS', reason }] };
        }
        try {
          await mailer.sendMail(mail);
          return { is: 'answered', outcomes: [{ is: 'delivered' }] };
        } catch (error) {
          return answerOf(error, transport.host);
        }
      },
      close() {
        mailer.close();
        return Promise.resolve();
      },
    };
  },
});

function timeoutsOf({ timeout = 60_000 }: SmtpConnection) {
  return {
    connectionTimeout: timeout,
    greetingTimeout: timeout,
    // Later than the greeting's, which tells that no mail can have been taken.
    socketTimeout: timeout + 1000,
  };
}

/** The compiler makes a template of every file at a place. */
const templateOf = ({ path, template }: WorkspaceText): Template => {
  if (!template) throw new Error(`${path} was not compiled as a template`);
  return template;
};
