import { startHttpServer } from '../../../src/sandbox/http/start-http-server.ts';
import { bodyOf } from '../harness.ts';

type User = Record<string, string>;
interface Refusal {
  exception: string;
  errorcode: string;
  message: string;
  debuginfo?: string;
}

const refusal = (errorcode: string, message: string, debuginfo?: string): Refusal => ({
  exception: `${errorcode}_exception`,
  errorcode,
  message,
  ...(debuginfo === undefined ? {} : { debuginfo }),
});

/**
 * A campus whose functions stand behind one address, after the public description of Moodle's REST protocol: form bodies
 * with nested brackets, refusals inside a 200, a call is done whole or not at all.
 */
export async function startCampus(token: string) {
  const users = new Map<string, User>();
  const campus = {
    users,
    /** Each function that was called, with how many users it named. */
    calls: [] as string[],
    /** What was really done: `create USERNAME`, `update ID`. */
    ledger: [] as string[],
    /** The answer to the next create is lost after it was done. */
    loseAnswer: false,
    nextId: 101,
  };

  const find = (predicate: (user: User) => boolean): User | undefined => [...users.values()].find(predicate);
  const fault = (user: User): Refusal | undefined => {
    if (find(({ username }) => username === user.username)) {
      const taken = `Username already exists: ${user.username}`;
      return refusal('invalidparameter', 'Invalid parameter value detected', taken);
    }
    if (!/^\S+@\S+$/.test(user.email ?? '')) {
      return refusal('invalidparameter', 'Invalid parameter value detected', 'Email address is invalid');
    }
    return undefined;
  };

  const functions: Record<string, (form: URLSearchParams) => unknown> = {
    core_user_get_users_by_field: (form) => {
      const wanted = [...form].filter(([name]) => name.startsWith('values[')).map(([, value]) => value);
      return [...users.values()].filter((user) => wanted.includes(user[form.get('field') ?? ''] ?? ''));
    },
    core_user_create_users: (form) => {
      const wanted = listOf(form, 'users');
      const [refused] = wanted.flatMap((user) => fault(user) ?? []);
      if (refused) return refused;
      return wanted.map((user) => {
        const id = String(campus.nextId++);
        users.set(id, { ...user, id, suspended: '0' });
        campus.ledger.push(`create ${user.username}`);
        return { id: Number(id), username: user.username };
      });
    },
    core_user_update_users: (form) => {
      for (const { id = '', ...changed } of listOf(form, 'users')) {
        const user = users.get(id);
        if (!user) return refusal('invaliduser', 'Invalid user');
        users.set(id, { ...user, ...changed });
        campus.ledger.push(`update ${user.username} ${Object.keys(changed).join(',')}`);
      }
      return null;
    },
  };

  const server = await startHttpServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://x');
    const form = new URLSearchParams(await bodyOf(request));
    const name = form.get('wsfunction') ?? '';
    campus.calls.push(`${name} ${listOf(form, 'users').length}`);
    const isKnown = url.searchParams.get('wstoken') === token;
    const answer = isKnown ? functions[name]?.(form) : refusal('invalidtoken', 'Invalid token');
    if (campus.loseAnswer && name === 'core_user_create_users') {
      campus.loseAnswer = false;
      return void request.socket.destroy();
    }
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
    response.end(JSON.stringify(answer));
  });
  return Object.assign(campus, { url: server.url, close: server.close });
}

export type Campus = Awaited<ReturnType<typeof startCampus>>;

/** `users[0][email]=…` as PHP reads it. */
function listOf(form: URLSearchParams, list: string): User[] {
  const found: User[] = [];
  for (const [name, value] of form) {
    const [, at, field] = new RegExp(`^${list}\\[(\\d+)\\]\\[(\\w+)\\]$`).exec(name) ?? [];
    if (at !== undefined && field !== undefined) (found[Number(at)] ??= {})[field] = value;
  }
  return found;
}
