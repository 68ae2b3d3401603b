import { field, problem, type TypeOf } from '#sdk';

/** A mail server, and who the mails are from. */
export const connection = field.object(
  {
    url: field.secret({
      about:
        'Server and login in one: smtp://USER:PASSWORD@HOST:PORT, or smtps:// for TLS from the first byte. Instead of the options below.',
      optional: true,
    }),
    host: field.text({ about: 'Name or address of the mail server.', examples: ['smtp.acme.example'], optional: true }),
    port: field.integer({
      about:
        'Port of the mail server. 465 is TLS from the first byte, any other port begins plain and goes over to TLS.',
      minimum: 1,
      maximum: 65535,
      default: 587,
      optional: true,
    }),
    user: field.text({ about: 'Account to log in with.', optional: true }),
    password: field.secret({ about: 'Password of the account.', optional: true }),
    from: field.text({ about: 'Sender of all mails.', examples: ['LMS <noreply@acme.example>'] }),
    timeout: field.duration({ about: 'How long any answer of the server may take.', default: '60s', optional: true }),
  },
  { about: 'A mail server and the sender of its mails.' },
);

export type SmtpConnection = TypeOf<typeof connection>;

/** What nodemailer is told. */
export interface Transport {
  host: string;
  port: number;
  secure: boolean;
  requireTLS: boolean;
  auth?: { user: string; pass: string };
}

/**
 * Certificates are always checked. A login goes over TLS only, unless the server is on this machine: whoever stands in
 * between could otherwise hide STARTTLS and read the password. Throws SMTP_CONNECTION.
 */
export function transportOf(connection: SmtpConnection): Transport {
  const { url, user, password, port = 587, host } = connection;
  const { secure, ...server } = url === undefined ? { host, port, user, password, secure: port === 465 } : partsOf(url);
  if (!server.host)
    throw problem('SMTP_CONNECTION', 'The connection names no mail server.', { fix: 'Give it `url`, or `host`.' });
  const isLocal = /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/.test(server.host);
  const hasLogin = server.user !== undefined && server.password !== undefined;
  return {
    host: server.host,
    port: server.port,
    secure,
    requireTLS: hasLogin && !isLocal,
    ...(hasLogin ? { auth: { user: server.user!, pass: server.password! } } : {}),
  };
}

function partsOf(text: string) {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^smtps?:$/.test(url.protocol))
    // Without the text: it holds the password.
    throw problem('SMTP_CONNECTION', 'The `url` of the mail server is not smtp://… or smtps://….', {
      fix: 'Write smtp://USER:PASSWORD@HOST:PORT, with special characters percent-encoded.',
    });
  const secure = url.protocol === 'smtps:';
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || (secure ? 465 : 587),
    user: url.username ? decodeURIComponent(url.username) : undefined,
    password: url.password ? decodeURIComponent(url.password) : undefined,
    secure,
  };
}
