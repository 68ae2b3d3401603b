/** Names with `$` that exist at each place of a connector, beyond the run's own. */
const answer = ['status', 'headers', 'links'] as const;
const record = ['kept', 'was', 'changed'] as const;

export const names = {
  /** Before a login. */
  given: ['connection'],
  everywhere: ['connection', 'session'],
  loginStep: ['connection', 'session', 'cookies', ...answer],
  loginAnswer: ['connection', 'cookies', ...answer],
  signature: ['connection', 'session', 'request'],
  readRequest: ['connection', 'session', 'with', 'page', 'offset', 'last', 'since', 'until', 'parent'],
  readAnswer: ['connection', 'with', 'page', 'offset', 'last', 'since', 'until', 'parent', ...answer],
  readItem: ['connection', 'with', 'parent'],
  item: ['connection', 'once', 'index', ...record],
  writeRequest: ['connection', 'session', 'once', 'items', 'item', 'fragment', ...record],
  writeAnswer: ['connection', 'items', 'item', ...record, ...answer],
  result: ['connection', 'items', 'item', 'index', 'key', ...record, ...answer],
  resultName: ['connection', 'index', ...record],
  callRequest: ['connection', 'session', 'with', 'once'],
  callAnswer: ['connection', 'with', 'once', ...answer],
  inbound: ['connection', 'headers', 'request'],
  inboundBody: ['connection'],
  limitAnswer: ['status', 'headers', 'links'],
  testAnswer: ['connection', ...answer],
  findRequest: ['connection', 'session', 'items', 'item'],
} as const satisfies Record<string, readonly string[]>;
