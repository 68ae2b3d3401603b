import { field, type TypeOf } from '#sdk';

/** Where an SFTP server is, who logs in, and how the server proves that it is the right one. */
export const connection = field.object(
  {
    host: field.text({ about: 'Name or address of the server.', examples: ['sftp.client.example'] }),
    port: field.integer({ about: 'Port of the server.', minimum: 1, maximum: 65535, default: 22, optional: true }),
    username: field.text({ about: 'Account to log in with.' }),
    password: field.secret({
      about:
        'Password of the account. It is also given where the server asks for it by a prompt (keyboard-interactive); what else a server asks for, such as a one-time code, is told and not answered.',
      optional: true,
    }),
    privateKey: field.secret({
      about: 'Private key (OpenSSH or PEM) to log in with, instead of a password.',
      optional: true,
    }),
    passphrase: field.secret({ about: 'Passphrase of the private key.', optional: true }),
    hostKey: field.text({
      about:
        'Fingerprint that the server must show, as `ssh-keygen -l` prints it. Without it and without `knownHosts` nothing is opened.',
      pattern: '^SHA256:[A-Za-z0-9+/]{43}=?$',
      examples: ['SHA256:uNiVztksCsDhcc0u9e8BrrJXVGHZL1C6lb2uEtMyTgg'],
      optional: true,
    }),
    knownHosts: field.text({
      about: 'Path of a known_hosts file of OpenSSH that names the server; relative to the workspace.',
      examples: ['known_hosts'],
      optional: true,
    }),
    timeout: field.duration({
      about: 'How long connecting, and any single answer, may take.',
      default: '30s',
      optional: true,
    }),
  },
  { about: 'An account on an SFTP server.' },
);

export type SftpConnection = TypeOf<typeof connection>;
