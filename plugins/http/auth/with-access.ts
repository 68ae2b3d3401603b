import type { HttpRequest } from '#sdk';
import { encodeQuery } from '../encode-form.ts';
import type { Access } from './access.ts';

/** The request as it is sent under a login: what says who asks goes to the home alone. */
export function withAccess(request: HttpRequest, access: Access): HttpRequest {
  if (request.isAnonymous || request.url.origin !== access.home) return request;
  const { accept: _own, ...headers } = access.headers;
  const url = new URL(request.url);
  const query = encodeQuery(access.loginQuery);
  for (const [name] of query) url.searchParams.delete(name);
  for (const [name, value] of query) url.searchParams.append(name, value);
  return { ...request, url, credentials: { ...headers, ...access.loginHeaders, ...request.credentials } };
}
