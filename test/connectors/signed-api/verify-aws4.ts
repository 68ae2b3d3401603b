import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { SignatureV4 } from '@smithy/signature-v4';

/** Keys that a server knows. */
export interface KnownKeys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** The hash that the signer of AWS wants. */
class Sha256 {
  private readonly hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as Uint8Array);
  }
  update(data: string | Uint8Array): void {
    this.hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }
  reset(): void {}
}

/**
 * Why the signature of a request is refused; undefined where it is good. It is made once more with the signer of the AWS
 * SDK, out of what arrived, and compared.
 */
export async function refusalOf(request: IncomingMessage, body: Buffer, known: KnownKeys): Promise<string | undefined> {
  const given =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d+\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=(\w+)$/;
  const [, id, region = '', service = '', names = '', signature] =
    given.exec(request.headers.authorization ?? '') ?? [];
  if (signature === undefined) return 'no signature';
  if (id !== known.accessKeyId) return 'unknown key';
  const contentHash = request.headers['x-amz-content-sha256'];
  if (contentHash !== createHash('sha256').update(body).digest('hex')) return 'not the hash of the body';
  const signed = names.split(';');
  for (const name of ['host', 'x-amz-date', 'x-amz-content-sha256'])
    if (!signed.includes(name)) return `${name} is not signed`;
  const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
  const query: Record<string, string[]> = {};
  for (const name of url.searchParams.keys()) query[name] = url.searchParams.getAll(name);
  const signer = new SignatureV4({
    credentials: known,
    region,
    service,
    sha256: Sha256 as never,
    uriEscapePath: service !== 's3',
    applyChecksum: false,
  });
  const made = await signer.sign(
    {
      method: request.method ?? '',
      protocol: 'http:',
      hostname: url.hostname,
      path: url.pathname,
      query,
      headers: Object.fromEntries(signed.map((name) => [name, String(request.headers[name])])),
    },
    { signingDate: dateOf(String(request.headers['x-amz-date'])) },
  );
  return made.headers.authorization?.endsWith(`Signature=${signature}`) ? undefined : 'the signature does not match';
}

const dateOf = (text: string): Date =>
  new Date(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
