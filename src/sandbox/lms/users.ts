import { ApiFailure, notFound, versionConflict } from './failure.ts';
import { newLedger, note, type LmsLedger } from './ledger.ts';
import { readChanges, readNewUser, type User, type UserFields } from './user.ts';

/** A user after a change; `changed: false` when it already was so. */
export interface Changed {
  user: User;
  changed: boolean;
}

/** The users of the LMS with their unique indexes. Methods throw `ApiFailure`. */
export interface Users {
  readonly all: readonly User[];
  readonly ledger: LmsLedger;
  byId(id: string): User;
  has(id: string): boolean;
  find(field: UniqueField, value: string): User | undefined;
  create(input: Record<string, unknown>): User;
  change(id: string, input: Record<string, unknown>, ifVersion?: number): Changed;
  setStatus(id: string, status: User['status']): Changed;
}

const uniqueFields = ['externalId', 'login', 'email'] as const;
/** Fields whose values are unique over all users, blocked ones included. */
export type UniqueField = (typeof uniqueFields)[number];

const duplicateOf: Record<UniqueField, [code: string, name: string]> = {
  externalId: ['duplicate_external_id', 'external id'],
  login: ['duplicate_login', 'login'],
  email: ['duplicate_email', 'e-mail address'],
};

function indexKey(field: UniqueField, value: string): string {
  return field === 'externalId' ? value : value.toLowerCase();
}

/** An empty store of users. `now` gives the moments of creation and change. */
export function newUsers(now: () => Date): Users {
  const all: User[] = [];
  const ids = new Map<string, User>();
  const indexes = {
    externalId: new Map<string, User>(),
    login: new Map<string, User>(),
    email: new Map<string, User>(),
  };
  const ledger = newLedger(() => all.map((user) => ({ ...user })));
  const event = (kind: 'created' | 'updated' | 'blocked' | 'unblocked' | 'conflict', user: User) =>
    note(ledger, { at: now().toISOString(), kind, id: user.id, externalId: user.externalId });

  const find = (field: UniqueField, value: string) => indexes[field].get(indexKey(field, value));

  function refuseDuplicates(fields: Partial<UserFields>, self?: User): void {
    for (const field of uniqueFields) {
      const value = fields[field];
      const other = value == null ? undefined : find(field, value);
      if (!other || other === self) continue;
      event('conflict', other);
      const [code, name] = duplicateOf[field];
      throw new ApiFailure(409, code, `The ${name} is taken.`, { field, existingId: other.id });
    }
  }

  function index(user: User): void {
    for (const field of uniqueFields) if (user[field] != null) indexes[field].set(indexKey(field, user[field]), user);
  }

  function unindex(user: User): void {
    for (const field of uniqueFields) if (user[field] != null) indexes[field].delete(indexKey(field, user[field]));
  }

  function byId(id: string): User {
    const user = ids.get(id);
    if (!user) throw notFound('user');
    return user;
  }

  function touch(user: User): void {
    user.version += 1;
    user.updatedAt = now().toISOString();
  }

  return {
    all,
    ledger,
    byId,
    has: (id) => ids.has(id),
    find,

    create(input) {
      const fields = countInvalid(ledger, () => readNewUser(input));
      refuseDuplicates(fields);
      const at = now().toISOString();
      const id = `u_${String(all.length + 1).padStart(6, '0')}`;
      const user: User = { id, ...fields, status: 'active', version: 1, createdAt: at, updatedAt: at };
      all.push(user);
      ids.set(id, user);
      index(user);
      event('created', user);
      return user;
    },

    change(id, input, ifVersion) {
      const user = byId(id);
      if (ifVersion !== undefined && ifVersion !== user.version) throw versionConflict('user', user.version);
      const { fields, hasPassword } = countInvalid(ledger, () => readChanges(input));
      refuseDuplicates(fields, user);
      const names = Object.keys(fields) as (keyof UserFields)[];
      if (!hasPassword && names.every((name) => user[name] === fields[name])) {
        ledger.counts.noop += 1;
        return { user, changed: false };
      }
      unindex(user);
      Object.assign(user, fields);
      index(user);
      touch(user);
      event('updated', user);
      return { user, changed: true };
    },

    setStatus(id, status) {
      const user = byId(id);
      if (user.status === status) {
        ledger.counts.noop += 1;
        return { user, changed: false };
      }
      user.status = status;
      touch(user);
      event(status === 'blocked' ? 'blocked' : 'unblocked', user);
      return { user, changed: true };
    },
  };
}

function countInvalid<T>(ledger: LmsLedger, read: () => T): T {
  try {
    return read();
  } catch (error) {
    ledger.counts.invalid += 1;
    throw error;
  }
}
