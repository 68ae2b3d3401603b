import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import express from 'express';
import SCIMMY from 'scimmy';
import SCIMMYRouters from 'scimmy-routers';

/** A user or group as SCIMMY hands it over, and as the directory keeps it. */
export type Entry = Record<string, unknown> & { id: string };

/** A directory that speaks SCIM 2.0 by SCIMMY; only what it keeps is ours. */
export interface Directory {
  url: string;
  users: Map<string, Entry>;
  groups: Map<string, Entry>;
  /** Each request that changed something, as `METHOD /Kind STATUS`. */
  ledger: string[];
  /** Each request. */
  requests: string[];
  /** The next answer to such a request is lost after the work was done. */
  loseAnswerTo: string | undefined;
  close(): Promise<void>;
}

let current: Directory | undefined;

/** Starts the directory; SCIMMY's resources are of the process, so one runs at a time. */
export async function startDirectory(token: string): Promise<Directory> {
  const app = express();
  const directory: Directory = {
    url: '',
    users: new Map(),
    groups: new Map(),
    ledger: [],
    requests: [],
    loseAnswerTo: undefined,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  current = directory;
  app.use((request, response, next) => {
    const place = `${request.method} /${request.path.split('/')[2] ?? ''}`;
    directory.requests.push(`${request.method} ${request.url}`);
    response.on('finish', () => {
      if (request.method !== 'GET') directory.ledger.push(`${place} ${response.statusCode}`);
    });
    if (directory.loseAnswerTo === place) {
      directory.loseAnswerTo = undefined;
      const end = response.end.bind(response) as (...args: unknown[]) => typeof response;
      response.end = ((...args: unknown[]) => {
        directory.ledger.push(`${place} lost`);
        request.socket.destroy();
        return end(...args);
      }) as typeof response.end;
    }
    next();
  });
  app.use(
    '/scim',
    new SCIMMYRouters({
      type: 'bearer',
      handler(request) {
        if (request.header('authorization') !== `Bearer ${token}`) throw new Error('Unknown token');
        return 'portolan';
      },
    }),
  );
  const server = app.listen(0, '127.0.0.1');
  await new Promise<void>((resolve) => server.once('listening', resolve));
  directory.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/scim`;
  return directory;
}

const { Resources, Schemas, Types } = SCIMMY;

/** What a resource asks of a directory, with the property that nobody shares. */
function kept(of: (directory: Directory) => Map<string, Entry>, unique: string) {
  const entries = (): Map<string, Entry> => of(current as Directory);
  return {
    ingress(resource: { id?: string }, data: object): Entry {
      const given = JSON.parse(JSON.stringify(data)) as Entry;
      const id = resource.id ?? randomUUID();
      if (resource.id && !entries().has(resource.id)) throw new Types.Error(404, '', 'no such resource');
      const name = String(given[unique]).toLowerCase();
      for (const other of entries().values()) {
        if (other.id !== id && String(other[unique]).toLowerCase() === name)
          throw new Types.Error(409, 'uniqueness', `${unique} is taken`);
      }
      const now = new Date().toISOString();
      const before = entries().get(id);
      const meta = { created: (before?.meta as { created?: string } | undefined)?.created ?? now, lastModified: now };
      const entry: Entry = { ...given, id, meta };
      entries().set(id, entry);
      return entry;
    },
    egress(resource: { id?: string; filter?: { match(all: Entry[]): Entry[] } }): Entry | Entry[] {
      if (!resource.id) {
        const all = [...entries().values()];
        return resource.filter ? resource.filter.match(all) : all;
      }
      const found = entries().get(resource.id);
      if (!found) throw new Types.Error(404, '', 'no such resource');
      return found;
    },
    degress(resource: { id?: string }): void {
      entries().delete(resource.id ?? '');
    },
  };
}

const users = kept(({ users: all }) => all, 'userName');
const groups = kept(({ groups: all }) => all, 'displayName');
type Handlers = Record<'ingress' | 'egress' | 'degress', (handler: unknown) => unknown>;
const declare = (resource: unknown, { ingress, egress, degress }: ReturnType<typeof kept>): void => {
  const handlers = resource as Handlers;
  handlers.ingress(ingress);
  handlers.egress(egress);
  handlers.degress(degress);
};
Resources.declare(Resources.User.extend(Schemas.EnterpriseUser));
Resources.declare(Resources.Group);
declare(Resources.User, users);
declare(Resources.Group, groups);
