import type { KindEntry } from '../../catalogue/catalogue.ts';
import type { WrittenUse } from '../../compile/written-use.ts';
import type { Checking, DocumentCheck } from './context.ts';
import { hint, writeInstead } from './near.ts';

/** The connection that a use names, or leaves out because the workspace has exactly one of its kind. */
export function checkConnection(
  checking: Checking,
  { tell }: DocumentCheck,
  use: WrittenUse,
  entry: KindEntry,
  path: readonly (string | number)[],
): void {
  const named = use.words.connection;
  const all = checking.connections;
  if (named === undefined) {
    if (entry.connection !== undefined) checkTheOnlyOne(checking, tell, use, entry, path);
    return;
  }
  if (typeof named !== 'string') return;
  const at = [...path, 'connection'];
  checking.used.connections.add(named);
  if (entry.connection === undefined) {
    tell('CONNECTION_NEEDLESS', at, `\`${use.kind}\` needs no connection.`, 'Leave `connection:` out.', { at: 'key' });
    return;
  }
  const found = all.find((connection) => connection.name === named);
  const ofKind = all.filter((connection) => connection.kind === entry.connection).map((connection) => connection.name);
  if (!found) {
    const message = `unknown connection "${named}"${hint(named, ofKind.length > 0 ? ofKind : all.map((each) => each.name))}`;
    tell('CONNECTION_UNKNOWN', at, message, writeInstead(named, ofKind) ?? declare(named, entry.connection));
  } else if (found.kind !== entry.connection && isKnownKind(checking, found.kind)) {
    const message = `connection "${named}" is of the kind ${found.kind}; \`${use.kind}\` needs one of the kind ${entry.connection}`;
    const fix =
      ofKind.length > 0
        ? `Write ${ofKind.map((name) => `\`${name}\``).join(' or ')}.`
        : declare('NAME', entry.connection);
    tell('CONNECTION_KIND', at, message, fix);
  }
}

function checkTheOnlyOne(
  checking: Checking,
  tell: DocumentCheck['tell'],
  use: WrittenUse,
  { connection: kind = '', connectionIsOptional = false }: KindEntry,
  path: readonly (string | number)[],
): void {
  const ofKind = checking.connections.filter((connection) => connection.kind === kind).map((each) => each.name);
  for (const name of ofKind) checking.used.connections.add(name);
  if (ofKind.length === 1 || (ofKind.length === 0 && connectionIsOptional)) return;
  // A kind that nobody knows is told where it stands, and may be this one misspelt.
  const misspelt = checking.connections.filter((connection) => !isKnownKind(checking, connection.kind));
  if (ofKind.length === 0 && misspelt.length > 0) return;
  const at = use.key === undefined ? path : [...path, use.key];
  if (ofKind.length === 0) {
    tell(
      'CONNECTION_UNKNOWN',
      at,
      `\`${use.kind}\` needs a connection of the kind ${kind}, and the workspace has none.`,
      declare('NAME', kind),
      { at: 'key' },
    );
    return;
  }
  const message = `The workspace has ${ofKind.length} connections of the kind ${kind}: ${ofKind.join(', ')}.`;
  const fix = `Write \`connection: ${ofKind[0]}\` (or another) beside \`${use.kind}\`.`;
  tell('CONNECTION_AMBIGUOUS', at, message, fix, { at: 'key' });
}

const isKnownKind = ({ catalogue }: Checking, kind: string): boolean => Object.hasOwn(catalogue.connections, kind);

const declare = (name: string, kind: string): string =>
  `Declare it in portolan.yaml: \`connections: { ${name}: { ${kind}: … } }\`.`;
