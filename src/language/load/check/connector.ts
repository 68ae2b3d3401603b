import { transportWord } from '../../../connect/sdk/index.ts';
import { operations } from '../../../model/record.ts';
import { markedLeaves, type Path } from '../../compile/schema-walk.ts';
import { isMap } from '../load-workspace.ts';
import { checkBodies } from './bodies.ts';
import { checkChains, namesOfChain } from './chains.ts';
import type { Checking, DocumentCheck } from './context.ts';
import { checkLimits } from './limits.ts';
import { checkFileBodies } from './file-bodies.ts';
import { checkLogin, sessionMembers } from './logins.ts';
import { checkMarked } from './marks.ts';
import { runMembers, runNames, withNames, type Members, type Names } from './names.ts';
import { checkReads, namesOfRead } from './reads.ts';
import { checkReceive } from './receive.ts';
import { checkTargets } from './targets.ts';

/** A connector document: every expression and template, with the names that its schema says exist there. */
export function checkConnector(checking: Checking, check: DocumentCheck): void {
  const names: Names = { variables: new Set(runNames), compared: false, afterDiff: true };
  const session = sessionMembers(check);
  for (const leaf of markedLeaves(checking.catalogue.documents.connector, check.document.value)) {
    const here = withNames(names, namesOfChain(leaf.path, check));
    checkMarked(checking, check, namesOfRead(leaf, check), {
      ...here,
      members: { ...membersAt(leaf.path, check), ...session },
    });
  }
  checkTransportWord(check);
  checkBodies(check);
  checkLimits(check);
  checkFileBodies(check);
  checkLogin(check);
  checkChains(check);
  checkTargets(check);
  checkReads(check);
  checkReceive(check);
}

/** What the document declares: options of the connection, of the read, and what the target keeps. */
function membersAt([part, name]: Path, { document: { value }, isDoubtful }: DocumentCheck): Members {
  const declared = (path: Path, ...inside: string[]): readonly string[] | undefined => {
    const found = [...path, ...inside].reduce<unknown>((at, key) => (isMap(at) ? at[key] : undefined), value);
    if (isDoubtful(path) || (found !== undefined && !isMap(found))) return undefined;
    return Object.keys(found ?? {});
  };
  const all = {
    connection: declared(['connection'], 'properties'),
    ...(part === 'read' ? { with: declared(['read', name ?? '', 'with'], 'properties') } : {}),
    ...(part === 'receive' ? { request: ['method', 'path', 'query', 'body'] } : {}),
    ...(part === 'write' ? { kept: keptBy(['write', name ?? ''], declared) } : {}),
  };
  const known = Object.entries(all).filter((entry): entry is [string, readonly string[]] => entry[1] !== undefined);
  return { ...runMembers, ...Object.fromEntries(known) };
}

/** Names under which a target keeps something: its own, and those of single operations. */
function keptBy(
  target: Path,
  declared: (path: Path, ...inside: string[]) => readonly string[] | undefined,
): readonly string[] | undefined {
  const all = [declared([...target, 'keep']), ...operations.map((each) => declared([...target, each], 'keep'))];
  return all.some((names) => names === undefined) ? undefined : [...new Set(all.flatMap((names) => names ?? []))];
}

/** The connection's own transport stands under this word in every connection. */
function checkTransportWord({ document, tell }: DocumentCheck): void {
  const { connection } = document.value;
  const properties = isMap(connection) ? connection.properties : undefined;
  if (!isMap(properties) || !Object.hasOwn(properties, transportWord)) return;
  const message = `\`${transportWord}\` is how every connection says its proxy, time-outs and certificates, so no option can have this name.`;
  const path = ['connection', 'properties', transportWord];
  tell('NAME_TAKEN', path, message, 'Give the option another name.', { at: 'key' });
}
