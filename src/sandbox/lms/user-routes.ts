import { etag, readIfMatch } from './entity-tag.ts';
import { invalid } from './failure.ts';
import { pageOf, queryFilter } from './paging.ts';
import { isMap, perItem, readItems, readMap } from './request-body.ts';
import type { Call, Route } from './route.ts';
import type { User } from './user.ts';
import type { UniqueField, Users } from './users.ts';

/** Endpoints below /users. */
export function userRoutes(users: Users): Route[] {
  return [
    { method: 'GET', path: '/users', run: (call) => ({ json: listUsers(users, call) }) },
    { method: 'POST', path: '/users', commits: true, run: (call) => created(users.create(readMap(call))) },
    { method: 'POST', path: '/users/search', run: (call) => ({ json: { items: searchUsers(users, call) } }) },
    {
      method: 'POST',
      path: '/users/batch',
      commits: true,
      run: (call) =>
        perItem(readItems(call, 'users'), (item) => {
          const { id, version } = users.create(asMap(item));
          return { status: 'created', id, version };
        }),
    },
    {
      method: 'POST',
      path: '/users/batch-update',
      commits: true,
      run: (call) => perItem(readItems(call, 'users'), (item) => updateOne(users, asMap(item))),
    },
    { method: 'GET', path: '/users/{id}', run: (call) => shown(users.byId(idOf(call))) },
    {
      method: 'PATCH',
      path: '/users/{id}',
      commits: true,
      run: (call) => shown(users.change(idOf(call), readMap(call), readIfMatch(call)).user),
    },
    ...statusRoutes(users, 'block', 'blocked'),
    ...statusRoutes(users, 'unblock', 'active'),
  ];
}

function statusRoutes(users: Users, verb: string, status: User['status']): Route[] {
  return [
    {
      method: 'POST',
      path: `/users/{id}/${verb}`,
      commits: true,
      run: (call) => shown(users.setStatus(idOf(call), status).user),
    },
    {
      method: 'POST',
      path: `/users/${verb}-batch`,
      commits: true,
      run: (call) =>
        perItem(readItems(call, 'ids'), (item) => {
          if (typeof item !== 'string') throw invalid('ids', 'An id must be a text.');
          const { user, changed } = users.setStatus(item, status);
          return { status, id: user.id, version: user.version, changed };
        }),
    },
  ];
}

function updateOne(users: Users, item: Record<string, unknown>) {
  const { id, ifVersion, ...changes } = item;
  if (typeof id !== 'string') throw invalid('id', 'id must be a text.');
  if (ifVersion !== undefined && !Number.isInteger(ifVersion))
    throw invalid('ifVersion', 'ifVersion must be a number.');
  const { user, changed } = users.change(id, changes, ifVersion as number | undefined);
  return { status: 'updated', id: user.id, version: user.version, changed };
}

function listUsers(users: Users, call: Call) {
  const keep = queryFilter<User>(call, ['status']);
  return pageOf(call, candidates(users, call), keep);
}

/** Narrows by the unique fields through their indexes, so that a look-up does not walk over everybody. */
function candidates(users: Users, call: Call): readonly User[] {
  let found: readonly User[] | undefined;
  for (const field of ['externalId', 'login', 'email'] as const) {
    const text = call.query.get(field);
    if (text === null) continue;
    const matches = lookUp(users, field, field === 'externalId' ? text.split(',') : [text]);
    found = found ? found.filter((user) => matches.includes(user)) : matches;
  }
  return found ?? users.all;
}

function lookUp(users: Users, field: UniqueField, values: string[]): User[] {
  const found = new Set(values.flatMap((value) => users.find(field, value) ?? []));
  return [...found].sort((a, b) => (a.id < b.id ? -1 : 1));
}

const searchable = { externalIds: 'externalId', logins: 'login', emails: 'email' } as const;

function searchUsers(users: Users, call: Call): User[] {
  const body = readMap(call);
  const name = (Object.keys(searchable) as (keyof typeof searchable)[]).find((key) => key in body);
  if (!name) throw invalid('externalIds', 'One of externalIds, logins, emails must be given.');
  const values = readItems(call, name);
  if (!values.every((value) => typeof value === 'string')) throw invalid(name, `${name} must be texts.`);
  return lookUp(users, searchable[name], values);
}

function asMap(item: unknown): Record<string, unknown> {
  if (!isMap(item)) throw invalid('users', 'A user must be a map.');
  return item;
}

function idOf(call: Call): string {
  return call.params['id'] ?? '';
}

function shown(user: User) {
  return { json: user, headers: etag(user.version) };
}

function created(user: User) {
  return { status: 201, json: user, headers: { ...etag(user.version), Location: `/api/v1/users/${user.id}` } };
}
