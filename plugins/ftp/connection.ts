import { authorityField, field, type TypeOf } from '#sdk';

/** Where an FTP server is, who logs in, and how what is said to it is kept from other ears. */
export const connection = field.object(
  {
    host: field.text({ about: 'Name or address of the server.', examples: ['ftp.client.example'] }),
    port: field.integer({
      about: 'Port of the server: 21 where nothing is written, 990 with `encryption: implicit`.',
      minimum: 1,
      maximum: 65535,
      optional: true,
    }),
    username: field.text({ about: 'Account to log in with.' }),
    password: field.secret({ about: 'Password of the account.', optional: true }),
    encryption: field.choice(['explicit', 'implicit', 'none'], {
      about:
        'FTPS: `explicit` asks the server for TLS before anything else is said (AUTH TLS), `implicit` speaks TLS from the first byte on. A server that can do neither gets no password and no file, unless `none` is written here: everybody on the way can read both then.',
      default: 'explicit',
      optional: true,
    }),
    ca: authorityField,
    timeout: field.duration({
      about: 'How long connecting with login, any single answer, and a pause within a transfer may take.',
      default: '30s',
      optional: true,
    }),
  },
  { about: 'An account on an FTP server.' },
);

export type FtpConnection = TypeOf<typeof connection>;

/** `HOST:PORT`, with the port that holds where none is written. */
export const portOf = ({ port, encryption }: FtpConnection): number => port ?? (encryption === 'implicit' ? 990 : 21);
