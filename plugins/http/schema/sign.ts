import { field, type TypeOf } from '#sdk';
import { credential, optionalCredential } from './credential.ts';
import { names } from './names.ts';

/** `auth: { aws4: … }`: Signature Version 4 of AWS. */
export const aws4Field = field.object(
  {
    accessKeyId: credential('Name of the key.', names.given),
    secretAccessKey: credential('The key that signs; it is not sent.', names.given),
    sessionToken: optionalCredential('Of a key that is lent for some hours.', names.given),
    region: credential('Region of the service.', names.given, ['eu-central-1']),
    service: credential('Name of the service.', names.given, ['s3', 'execute-api']),
  },
  { about: 'Every request is signed as AWS and what is compatible with it want (Signature Version 4).' },
);

/** Compiled `aws4:`. */
export type Aws4Rule = TypeOf<typeof aws4Field>;

const made = (about: string) =>
  field.shape({ about, type: 'object', names: names.signature, input: 'none', optional: true });

/** `sign:` of `http`. */
export const signField = field.object(
  {
    headers: made('Headers of the signature.'),
    query: made('Parameters of the signature. They stand in addresses, which other systems may log.'),
  },
  {
    about:
      'A signature over the request as it is sent. `$request` has `method`, `url`, `path`, `query` (as they stand in the address), `headers` (names in lower case), `body` (its text; none where it is not UTF-8), `bodySha256` (in hex, of the very bytes) and `time` (UTC milliseconds). It is made for every attempt, behind all else; requests that go without the login go without it.',
    examples: [{ headers: { 'X-Sign': "=$hmac('sha256', $connection.key, $request.body)" } }],
    optional: true,
  },
);

/** Compiled `sign:`. */
export type SignRule = TypeOf<typeof signField>;
