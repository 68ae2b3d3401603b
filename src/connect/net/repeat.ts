/** Does the same request twice do no more than once? By its method (RFC 9110 section 9.2.2), or by a key that says which one it is. */
export function repeatByMethod(method: string, headerNames: readonly string[]): 'safe' | 'never' {
  const hasKey = headerNames.some((name) => name.toLowerCase() === 'idempotency-key');
  return hasKey || ['GET', 'PUT', 'DELETE'].includes(method.toUpperCase()) ? 'safe' : 'never';
}
