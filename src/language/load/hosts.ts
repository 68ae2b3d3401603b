import type { Catalogue } from '../catalogue/index.ts';
import { markedLeaves } from '../compile/schema-walk.ts';
import { writtenConnections } from '../compile/workspace-settings.ts';
import { isMap, type Loaded } from './load-workspace.ts';
import { referencesIn } from './references.ts';

/** A host that requests may leave for (S26). Never holds a login, and no value of a variable. */
export interface RequestHost {
  /** Name or address, with the port where one is written; `${NAME}` where a variable or file holds it. */
  host: string;
  /** `connection hr`, `connector equeo`: everything that names it, in order. */
  from: string[];
}

/** Every host that connections and connector documents name, by name; a variable is told by its own name. */
export function requestHosts(loaded: Loaded, catalogue: Catalogue): RequestHost[] {
  const found = new Map<string, Set<string>>();
  const add = (host: string | undefined, from: string): void => {
    if (host === undefined) return;
    found.set(host, (found.get(host) ?? new Set()).add(from));
  };
  for (const { name, options } of writtenConnections(loaded))
    for (const host of hostsOfConnection(options)) add(host, `connection ${name}`);
  for (const { kind, name, value } of loaded.documents) {
    if (kind !== 'connector') continue;
    for (const host of hostsOfConnector(value, catalogue)) add(host, `connector ${name}`);
  }
  const listed = [...found].map(([host, from]) => ({ host, from: [...from].sort() }));
  return listed.sort((a, b) => (a.host < b.host ? -1 : 1));
}

/** Under these names a connection says where its system, or the proxy before it, is. */
const places = new Set(['host', 'url', 'proxy']);

function hostsOfConnection(options: unknown): (string | undefined)[] {
  if (!isMap(options)) return [];
  return Object.entries(options).flatMap(([name, value]) => {
    if (isMap(value)) return hostsOfConnection(value);
    if (!places.has(name) || typeof value !== 'string') return [];
    return [name === 'host' ? withPort(value, options.port) : hostOfUrl(value)];
  });
}

const withPort = (host: string, port: unknown): string => {
  const shown = host
    .trim()
    .replace(/\$\{(\w+):-([^}]*)\}/g, (_all, name, fallback) => `\${${name}} (default ${fallback})`);
  return typeof port === 'number' || typeof port === 'string' ? `${shown}:${port}` : shown;
};

/** The host of a URL without its login. A URL that is a variable as a whole is told by the variable's name. */
function hostOfUrl(url: string): string | undefined {
  const [whole] = referencesIn(url);
  if (whole && whole.written === url.trim()) {
    const fallback = whole.fallback === undefined ? undefined : hostOfUrl(whole.fallback);
    if (whole.fallback === '') return `\${${whole.name}} (if set)`;
    const name = whole.file === undefined ? `\${${whole.name}}` : whole.written;
    return fallback === undefined ? name : `${name} (default ${fallback})`;
  }
  // What is filled in is opaque here: a login may stand before `@`, and only what follows is shown.
  return /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#]*@)?((?:\$\{[^}]*\}|[^/?#@])+)/i.exec(url.trim())?.[1];
}

/** Hosts that stand as constants in a connector's URLs, and those that it lists. */
function hostsOfConnector(value: Record<string, unknown>, catalogue: Catalogue): string[] {
  const listed = isMap(value.http) && Array.isArray(value.http.hosts) ? value.http.hosts : [];
  const urls = [...markedLeaves(catalogue.documents.connector, value)].filter(
    ({ mark }) => mark.as === 'template' && mark.place === 'url',
  );
  const constants = urls.flatMap(({ value: url }) => {
    const host = typeof url === 'string' ? /^https?:\/\/([^/?#{}]+)(?=[/?#]|$)/i.exec(url)?.[1] : undefined;
    return host === undefined ? [] : [host.replace(/^.*@/, '')];
  });
  return [...listed.filter((host) => typeof host === 'string'), ...constants];
}

/** A short section for people; '' where nothing leaves. */
export function hostsAsText(hosts: readonly RequestHost[]): string {
  if (hosts.length === 0) return '';
  const width = Math.max(...hosts.map(({ host }) => host.length));
  const lines = hosts.map(({ host, from }) => `  ${host.padEnd(width)}  ${from.join(', ')}`);
  return `Requests may leave for:\n${lines.join('\n')}`;
}
