import { authorityField, field, type Field, type TypeOf } from '#sdk';

const declared = field.object(
  {
    url: field.text({
      about: 'Address of the folder that all paths start in and never leave.',
      pattern: '^https?://[^@?#]+$',
      examples: ['https://files.client.example/remote.php/dav/files/hr/'],
    }),
    username: field.text({ about: 'Account to log in with (Basic).', optional: true }),
    password: field.secret({ about: 'Password of the account.', optional: true }),
    encryption: field.choice(['required', 'none'], {
      about:
        'An address of http gets no password, unless `none` is written here: everybody on the way can read password and files then.',
      default: 'required',
      optional: true,
    }),
    ca: authorityField,
    timeout: field.duration({
      about: 'How long connecting, the beginning of an answer, and a pause within one may take.',
      default: '30s',
      optional: true,
    }),
  },
  { about: 'A folder on a WebDAV server.' },
);

export type WebdavConnection = TypeOf<typeof declared>;

/** Where a WebDAV folder is, who opens it, and how what is said to it is kept from other ears. */
export const connection: Field<WebdavConnection> & { optional: false } = Object.freeze({
  ...declared,
  // Where the address comes from `${…}`, opening says the same.
  schema: {
    ...declared.schema,
    if: { required: ['password'], properties: { url: { type: 'string', pattern: '^http:' } } },
    then: {
      required: ['encryption'],
      properties: {
        encryption: {
          description:
            'An address of http gets no password, so write https, or this where everybody on the way may read it',
          examples: ['none'],
        },
      },
    },
  },
});
