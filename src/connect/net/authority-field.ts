import { field } from '../sdk/field.ts';

/** `ca` of a connection that speaks TLS. */
export const authorityField = field.text({
  about:
    'Certificate of an authority of your own, as PEM, trusted beside the well-known ones by this connection alone. Certificates are always checked, there is no switch for that.',
  examples: ['${file:/run/secrets/ca.pem}'],
  optional: true,
});
