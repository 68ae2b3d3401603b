import { X509Certificate } from 'node:crypto';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import type { Dispatcher } from 'undici';
import { problem } from '../../model/problem.ts';
import type { HttpLimits, HttpRoute } from './http-client.ts';
import type { ConnectionTransport } from './transport-field.ts';

/** Keeps the connections of a client. A client certificate is shown to its home alone, as credentials are. */
export interface Dispatchers {
  /** Of requests to the connection's own host, or of all others. */
  to(isHome: boolean): Dispatcher;
  close(): Promise<void>;
}

/** Of a transport. Throws HTTP_TLS_MATERIAL where its certificates can't be read, and HTTP_URL_INVALID for its proxy. */
export async function openDispatchers(
  limits: HttpLimits,
  { transport, connectionName, network }: HttpRoute,
): Promise<Dispatchers> {
  const given = network?.dispatcher;
  if (given) return { to: () => given, close: async () => {} };
  // Loaded when a connection is opened: what only validates does without.
  const { Agent, Pool, ProxyAgent } = await import('undici');
  const proxy = proxyOf(transport, connectionName);
  const timeouts = {
    connectTimeout: limits.connectTimeoutMs,
    headersTimeout: limits.timeoutMs,
    bodyTimeout: limits.timeoutMs,
  };
  const open = (secureContext: SecureContext | undefined): Dispatcher => {
    const tls = { timeout: limits.connectTimeoutMs, ...(secureContext ? { secureContext } : {}) };
    if (!proxy) return new Agent({ ...timeouts, connect: tls });
    // Of the proxy's own certificate the same authorities decide.
    return new ProxyAgent({
      ...timeouts,
      uri: proxy,
      requestTls: tls,
      proxyTls: tls,
      proxyTunnel: true,
      // Undici would wait for a proxy that says nothing as long as it pleases.
      clientFactory: (origin, options) => new Pool(origin, { ...options, ...timeouts }),
    });
  };
  const home = open(secureContextOf(transport, connectionName));
  const { cert, key: _key, passphrase: _passphrase, ...anonymous } = transport;
  const other = cert === undefined ? home : open(secureContextOf(anonymous, connectionName));
  return {
    to: (isHome) => (isHome ? home : other),
    async close() {
      await home.close();
      if (other !== home) await other.close();
    },
  };
}

/** Made once, so that no connection reads all authorities anew. */
function secureContextOf(
  { ca, cert, key, passphrase }: ConnectionTransport,
  connectionName: string,
): SecureContext | undefined {
  if (ca === undefined && cert === undefined && key === undefined) return undefined;
  if ((cert === undefined) !== (key === undefined))
    throw material(connectionName, 'cert and key belong together', null);
  try {
    // A text that is no certificate would be passed over, and the server not trusted for another reason than is told.
    if (ca !== undefined) new X509Certificate(ca);
    return createSecureContext({
      ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(passphrase === undefined ? {} : { passphrase }),
    });
  } catch (error) {
    throw material(connectionName, reasonOf(error), error);
  }
}

/** In our words: those of OpenSSL name its source files. */
function reasonOf(error: unknown): string {
  const code = String((error as { code?: unknown }).code ?? '');
  if (code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH') return 'cert and key do not belong to each other';
  if (/BAD_DECRYPT|INTERRUPTED_OR_CANCELLED|BAD_PASSWORD/.test(code)) return 'the passphrase does not open the key';
  return 'ca, cert or key is no PEM text';
}

const material = (connectionName: string, reason: string, cause: unknown) =>
  problem('HTTP_TLS_MATERIAL', `The certificates of connection ${connectionName} can't be used: ${reason}.`, {
    fix: 'Look at `http:` of the connection: each of ca, cert and key is the whole text of a PEM file, such as ${file:/run/secrets/ca.pem}.',
    ...(cause === null ? {} : { cause }),
  });

/** The proxy's address; its account, if it has one, stays in it and stands in no message. */
function proxyOf({ proxy }: ConnectionTransport, connectionName: string): string | undefined {
  const text = proxy?.trim();
  if (!text) return undefined;
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw problem('HTTP_URL_INVALID', `The proxy of connection ${connectionName} is not an http or https address.`, {
    fix: 'Write it as http://HOST:PORT.',
  });
}
