/** Names with `$` that exist at each place of a connector, beyond the run's own. */
const answer = ['status', 'headers', 'links'] as const;
const record = ['kept', 'was', 'changed'] as const;

export const names = {
  everywhere: ['connection'],
  anyAnswer: ['connection', ...answer],
  readRequest: ['connection', 'with', 'page', 'offset', 'last'],
  readAnswer: ['connection', 'with', 'page', 'offset', 'last', ...answer],
  readItem: ['connection', 'with'],
  item: ['connection', 'once', 'index', ...record],
  writeRequest: ['connection', 'once', 'items', 'item', ...record],
  writeAnswer: ['connection', 'items', 'item', ...record, ...answer],
  result: ['connection', 'items', 'item', 'index', 'key', ...record, ...answer],
  resultName: ['connection', 'index', ...record],
  callRequest: ['connection', 'with', 'once'],
  callAnswer: ['connection', 'with', 'once', ...answer],
  findRequest: ['connection', 'items', 'item'],
} as const satisfies Record<string, readonly string[]>;
