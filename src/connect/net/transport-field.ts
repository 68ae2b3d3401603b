import { limitField } from '../pace/limit-field.ts';
import { field, type Field, type TypeOf } from '../sdk/field.ts';
import { authorityField } from './authority-field.ts';

/** The word under which a connection says how it is reached; no connector can have an option of this name. */
export const transportWord = 'http';

/** Neither half of a client certificate is of use alone. */
const belongTogether = { cert: ['key'], key: ['cert'], passphrase: ['key'] };

const declared = field.object(
  {
    proxy: field.text({
      about:
        'Proxy that requests go through, by CONNECT; the login of https stays between here and the server. An empty text is none. A proxy with an account of its own comes from `${…}`.',
      pattern: '^https?://[^@/]+/?$',
      examples: ['http://proxy.acme.example:3128'],
      optional: true,
    }),
    timeout: field.duration({
      about:
        "For the beginning of an answer, and for each pause in it, instead of the connector's. The whole answer has 5 minutes, or twice this where that is more.",
      examples: ['30s'],
      optional: true,
    }),
    ca: authorityField,
    cert: field.text({
      about: "Client certificate, as PEM, shown to the connection's own host alone. It needs `key`.",
      examples: ['${file:/run/secrets/client.pem}'],
      optional: true,
    }),
    key: field.secret({
      about: 'Private key of the client certificate, as PEM.',
      examples: ['${file:/run/secrets/client.key}'],
      optional: true,
    }),
    passphrase: field.secret({
      about: 'Opens `key` where that is encrypted.',
      examples: ['${CLIENT_KEY_PASSPHRASE}'],
      optional: true,
    }),
    limit: field.raw<TypeOf<typeof limitField>, { about: string; optional: true; examples: unknown[] }>(
      limitField.schema,
      {
        about: 'Limits of this connection, beside those of the connector: all of them hold, so the stricter decides.',
        examples: [{ rate: '2/s', concurrency: 1 }],
        optional: true,
      },
    ),
  },
  { about: 'How this connection is reached: proxy, time-outs, own authority, client certificate, limits.' },
);

/**
 * Transport of one connection: what the place where it runs asks for, not the API. Every connection of a declared
 * connector takes it. Certificates are always checked; there is no switch for that.
 */
export const connectionTransportField: Field<ConnectionTransport> = Object.freeze({
  ...declared,
  schema: { ...declared.schema, dependentRequired: belongTogether },
});

/** Compiled `http:` of a connection. */
export type ConnectionTransport = TypeOf<typeof declared>;
