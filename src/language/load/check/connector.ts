import { transportWord } from '../../../connect/sdk/index.ts';
import { markedLeaves, type Path } from '../../compile/schema-walk.ts';
import { isMap } from '../load-workspace.ts';
import type { Checking, DocumentCheck } from './context.ts';
import { checkMarked } from './marks.ts';
import { runMembers, runNames, type Members, type Names } from './names.ts';
import { checkReads, namesOfRead } from './reads.ts';
import { checkTargets } from './targets.ts';

/** A connector document: every expression and template, with the names that its schema says exist there. */
export function checkConnector(checking: Checking, check: DocumentCheck): void {
  const names: Names = { variables: new Set(runNames), compared: false, afterDiff: true };
  for (const leaf of markedLeaves(checking.catalogue.documents.connector, check.document.value)) {
    checkMarked(checking, check, namesOfRead(leaf, check), { ...names, members: membersAt(leaf.path, check) });
  }
  checkTransportWord(check);
  checkTargets(check);
  checkReads(check);
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
    ...(part === 'write' ? { kept: declared(['write', name ?? '', 'keep']) } : {}),
  };
  const known = Object.entries(all).filter((entry): entry is [string, readonly string[]] => entry[1] !== undefined);
  return { ...runMembers, ...Object.fromEntries(known) };
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
