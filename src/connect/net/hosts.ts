import { problem } from '../../model/problem.ts';

/** Where requests may go (S26). */
export interface HostRules {
  /** Origin of the connection: the only one that gets credentials. */
  home: string;
  /** Hosts that the connector's document names: `files.example`, `*.files.example`, `files.example:8443`. */
  named: readonly string[];
}

/** May the request carry credentials? Throws HTTP_HOST_REFUSED where it may not leave at all. */
export function judgeHost(url: URL, rules: HostRules): { isHome: boolean } {
  if (url.origin === rules.home) return { isHome: true };
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:';
  const isDowngraded = url.protocol === 'http:' && rules.home.startsWith('https:');
  if (isWeb && !isDowngraded && rules.named.some((pattern) => matches(url, pattern))) return { isHome: false };
  throw problem(
    'HTTP_HOST_REFUSED',
    `A request would lead to ${url.protocol}//${url.host}, which is neither the connection's own host nor named under hosts.`,
    {
      fix: isDowngraded
        ? 'The connection is https, so everything must be.'
        : `If that host is right, add ${url.hostname} to http.hosts of the connector.`,
    },
  );
}

function matches(url: URL, pattern: string): boolean {
  const [host = '', port] = pattern.toLowerCase().split(/:(?=\d+$)/);
  const usual = url.protocol === 'https:' ? '443' : '80';
  if ((port ?? usual) !== (url.port || usual)) return false;
  return host.startsWith('*.') ? url.hostname.endsWith(host.slice(1)) : url.hostname === host;
}
